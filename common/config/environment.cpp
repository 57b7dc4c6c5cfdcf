#include "common/config/environment.hpp"

#include "common/config/secret_rules.hpp"
#include "common/number.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace mercat::config {

namespace {

constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 30};

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> all;
  for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry = *each;
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos) all.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return all;
}

std::string range_text(std::int64_t least, std::int64_t most) {
  return std::to_string(least) + ".." + std::to_string(most);
}

// A file of our own needs no group. One of somebody else's we can only read through its group: so Kubernetes
// mounts a secret for a pod with fsGroup, as root's and 0440.
bool others_may_use(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return false;
  const mode_t refused = S_IRWXO | S_IWGRP | (found.st_uid == ::geteuid() ? S_IRWXG : 0U);
  return (found.st_mode & refused) != 0;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const auto& each : parts) {
    if (!all.empty()) all += between;
    all += each;
  }
  return all;
}

}  // namespace

environment::environment(std::string program, std::string summary, lookup all)
    : program_(std::move(program)),
      summary_(std::move(summary)),
      given_(all ? all() : process_environment()) {}

const std::string* environment::find(std::string_view name) const {
  for (const auto& [key, value] : given_) {
    if (key == name) return &value;
  }
  return nullptr;
}

void environment::declare(std::string_view name, std::string type, std::string otherwise,
                          std::string_view meaning, bool secret) {
  const auto same = [&](const declaration& each) { return each.name == name; };
  if (std::any_of(declared_.begin(), declared_.end(), same)) {
    throw std::logic_error(std::string(name) + " is declared twice");
  }
  declared_.push_back(
      {std::string(name), std::move(type), std::move(otherwise), std::string(meaning), secret});
}

void environment::fault(std::string_view name, std::string_view what) {
  faults_.push_back(std::string(name) + " " + std::string(what));
}

std::string environment::text(std::string_view name, std::string_view otherwise, std::string_view meaning) {
  declare(name, "text", otherwise.empty() ? "(empty)" : std::string(otherwise), meaning);
  const auto* given = find(name);
  return given != nullptr ? *given : std::string(otherwise);
}

std::string environment::required_text(std::string_view name, std::string_view meaning) {
  declare(name, "text", "(required)", meaning);
  const auto* given = find(name);
  if (given != nullptr && !given->empty()) return *given;
  fault(name, "is not set: " + std::string(meaning));
  return {};
}

std::int64_t environment::integer(std::string_view name, std::int64_t otherwise, std::int64_t least,
                                  std::int64_t most, std::string_view unit, std::string_view meaning) {
  const std::string range = range_text(least, most);
  declare(name, (unit.empty() ? std::string("integer") : std::string(unit)) + " " + range,
          std::to_string(otherwise), meaning);
  const auto* given = find(name);
  if (given == nullptr) return otherwise;
  const auto number = whole_number<std::int64_t>(*given);
  if (number && *number >= least && *number <= most) return *number;
  fault(name, "must be a whole number in " + range + ", not \"" + *given + "\"");
  return otherwise;
}

std::uint16_t environment::port(std::string_view name, std::uint16_t otherwise, std::string_view meaning) {
  declare(name, "port 0..65535", std::to_string(otherwise), meaning);
  const auto* given = find(name);
  if (given == nullptr) return otherwise;
  const auto number = whole_number<std::int64_t>(*given);
  if (number && *number >= 0 && *number <= 65535) return static_cast<std::uint16_t>(*number);
  fault(name, "must be a port, 0..65535, not \"" + *given + "\"");
  return otherwise;
}

std::chrono::milliseconds environment::milliseconds(std::string_view name,
                                                    std::chrono::milliseconds otherwise,
                                                    std::string_view meaning) {
  declare(name, "milliseconds", std::to_string(otherwise.count()), meaning);
  const auto* given = find(name);
  if (given == nullptr) return otherwise;
  const auto number = whole_number<std::int64_t>(*given);
  if (number && *number >= 0 && *number <= longest.count()) return std::chrono::milliseconds{*number};
  fault(name, "must be milliseconds, " + range_text(0, longest.count()) + ", not \"" + *given + "\"");
  return otherwise;
}

bool environment::flag(std::string_view name, bool otherwise, std::string_view meaning) {
  declare(name, "true|false", otherwise ? "true" : "false", meaning);
  const auto* given = find(name);
  if (given == nullptr) return otherwise;
  if (*given == "true" || *given == "false") return *given == "true";
  fault(name, "must be true or false, not \"" + *given + "\"");
  return otherwise;
}

std::string environment::one_of(std::string_view name, std::vector<std::string> choices,
                                std::string_view otherwise, std::string_view meaning) {
  declare(name, joined(choices, "|"), std::string(otherwise), meaning);
  const auto* given = find(name);
  if (given == nullptr) return std::string(otherwise);
  if (std::find(choices.begin(), choices.end(), *given) != choices.end()) return *given;
  fault(name, "must be one of " + joined(choices, ", ") + ", not \"" + *given + "\"");
  return std::string(otherwise);
}

std::optional<std::string> environment::read_secret(std::string_view name, std::size_t least_bytes,
                                                    std::string_view user) {
  const std::string file_name = std::string(name) + "_FILE";
  const auto* direct = find(name);
  const auto* path = find(file_name);
  if (direct != nullptr && direct->empty()) direct = nullptr;
  if (path != nullptr && path->empty()) path = nullptr;
  if (direct == nullptr && path == nullptr) return std::nullopt;
  if (direct != nullptr && path != nullptr) {
    fault(name, "and " + file_name + " are both set: choose one");
    return std::string();
  }
  std::string secret;
  if (direct != nullptr) {
    secret = *direct;
  } else {
    std::ifstream file(*path, std::ios::binary);
    secret.assign(std::istreambuf_iterator<char>(file), {});
    if (!file) {
      fault(file_name, "names a file that cannot be read: " + *path);
      return std::string();
    }
    if (secret.ends_with('\n')) secret.pop_back();
    if (others_may_use(*path))
      faults_in_production_.push_back(file_name +
                                      " names a file that others than its owner can use: chmod 600 " + *path);
  }
  const std::string source = direct != nullptr ? std::string(name) : file_name;
  if (secret.size() < least_bytes) {
    fault(source, "is too short: " + std::to_string(secret.size()) + " bytes, at least " +
                      std::to_string(least_bytes) + " are needed");
  } else if (const auto weakness = weakness_of(secret, user)) {
    faults_in_production_.push_back(source + " " + *weakness);
  }
  return secret;
}

std::string environment::required(std::string_view name, std::size_t least_bytes, std::string_view user,
                                  std::string_view meaning) {
  declare(name, "secret", "(required)", meaning, true);
  const auto faults_before = faults_.size();
  auto found = read_secret(name, least_bytes, user);
  if (!found && faults_.size() == faults_before) {
    fault(name, "is not set (" + std::string(name) + "_FILE neither): " + std::string(meaning));
  }
  return found.value_or(std::string());
}

std::string environment::secret(std::string_view name, std::size_t least_bytes, std::string_view meaning) {
  return required(name, least_bytes, {}, meaning);
}

std::string environment::password(std::string_view name, std::string_view user, std::string_view meaning) {
  return required(name, 1, user, meaning);
}

std::optional<std::string> environment::optional_secret(std::string_view name, std::size_t least_bytes,
                                                        std::string_view meaning) {
  declare(name, "secret", "(none)", meaning, true);
  return read_secret(name, least_bytes);
}

std::optional<std::string> environment::optional_password(std::string_view name, std::string_view user,
                                                          std::string_view meaning) {
  declare(name, "secret", "(none)", meaning, true);
  return read_secret(name, 1, user);
}

std::string environment::user(std::string_view name, std::string_view otherwise, std::string_view meaning) {
  auto chosen = text(name, otherwise, meaning);
  if (is_administrator(chosen))
    faults_in_production_.push_back(std::string(name) +
                                    " must be the service's own user in production, not " +
                                    (chosen.empty() ? "an empty one" : "\"" + chosen + "\""));
  return chosen;
}

mode environment::run_mode() {
  const auto chosen = one_of("MERCAT_MODE", {"development", "production"}, "production",
                             "production refuses what is only fit for a developer's machine");
  production_ = chosen == "production";
  return production_ ? mode::production : mode::development;
}

}  // namespace mercat::config
