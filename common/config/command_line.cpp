#include "common/config/environment.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>

#ifndef MERCAT_VERSION
#define MERCAT_VERSION "0.1.0"
#endif

namespace mercat::config {

namespace {

constexpr std::string_view prefix = "MERCAT_";

// Levenshtein's distance.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

[[noreturn]] void print_and_leave(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  std::exit(0);  // NOLINT(concurrency-mt-unsafe): no other thread exists yet
}

}  // namespace

void environment::check_names() {
  std::vector<std::string> known;
  for (const auto& each : declared_) {
    known.push_back(each.name);
    if (each.secret) known.push_back(each.name + "_FILE");
  }
  for (const auto& [name, value] : given_) {
    if (!name.starts_with(prefix) || std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string* nearest = nullptr;
    std::size_t distance = name.size() / 5 + 1;  // farther is no typing error
    for (const auto& each : known) {
      const auto to_this = edits(name, each);
      if (to_this >= distance) continue;
      distance = to_this;
      nearest = &each;
    }
    fault(name, nearest != nullptr ? "is not a setting of " + program_ + "; did you mean " + *nearest + "?"
                                   : "is not a setting of " + program_ + " (see --help)");
  }
}

std::string environment::help(std::string_view subcommands_help) const {
  const std::string headings[] = {"Variable", "Type", "Default"};
  std::size_t widths[] = {headings[0].size(), headings[1].size(), headings[2].size()};
  for (const auto& each : declared_) {
    widths[0] = std::max(widths[0], each.name.size());
    widths[1] = std::max(widths[1], each.type.size());
    widths[2] = std::max(widths[2], each.otherwise.size());
  }
  const auto line = [&](std::string_view name, std::string_view type, std::string_view otherwise,
                        std::string_view meaning) {
    return "  " + padded(name, widths[0]) + "  " + padded(type, widths[1]) + "  " +
           padded(otherwise, widths[2]) + "  " + std::string(meaning) + "\n";
  };
  std::string out = program_ + ": " + summary_ + "\n\nUsage: " + program_ + " [--help | --version]" +
                    (subcommands_help.empty() ? "" : " [command]") + "\n";
  if (!subcommands_help.empty()) {
    out += "\nCommands:\n" + std::string(subcommands_help);
    if (!subcommands_help.ends_with('\n')) out += '\n';
  }
  out += "\nIt is configured by environment variables:\n\n" +
         line(headings[0], headings[1], headings[2], "Meaning");
  bool secrets = false;
  for (const auto& each : declared_) {
    out += line(each.name, each.type, each.otherwise, each.meaning);
    secrets = secrets || each.secret;
  }
  if (secrets)
    out +=
        "\nA secret is read from the variable, or from the file that NAME_FILE names. In production mode a "
        "short,\n"
        "well-known or example value is refused, and so is a file that others can use (its\n"
        "group may read one that belongs to another user).\n";
  return out;
}

std::vector<std::string> environment::finish(int argc, char** argv, std::string_view subcommands_help) {
  std::vector<std::string> rest;
  bool options = true;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (!options || !argument.starts_with('-') || argument == "-") {
      rest.push_back(argument);
    } else if (argument == "--") {
      options = false;
    } else if (argument == "--help" || argument == "-h") {
      print_and_leave(help(subcommands_help));
    } else if (argument == "--version") {
      print_and_leave(program_ + " " MERCAT_VERSION "\n");
    } else {
      fault(argument, "is not an option of " + program_ + " (see --help)");
    }
  }
  check_names();
  if (production_) faults_.insert(faults_.end(), faults_in_production_.begin(), faults_in_production_.end());
  if (!faults_.empty()) {
    std::string all;
    for (const auto& each : faults_) all += (all.empty() ? "" : "; ") + each;
    throw invalid(all);
  }
  return rest;
}

}  // namespace mercat::config
