#include "tests/e2e/secret_search.hpp"

#include "tests/e2e/shop.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

namespace mercat::e2e {

namespace files = std::filesystem;

namespace {

constexpr std::size_t piece_size = 1 << 20;
constexpr std::size_t longest_form = 64;     // of a beginning that tells what it is
constexpr std::size_t shortest_random = 32;  // names and words in configuration are shorter

std::string content_of(const files::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  return content;
}

bool is_of_base64(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '=' || c == '-' ||
         c == '_';
}

bool looks_random(std::string_view word) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return word.size() >= shortest_random && std::any_of(word.begin(), word.end(), is_digit);
}

std::vector<std::string> random_words(const std::string& content) {
  std::vector<std::string> words;
  for (auto at = content.begin(); at != content.end();) {
    const auto begin = std::find_if(at, content.end(), is_of_base64);
    at = std::find_if_not(begin, content.end(), is_of_base64);
    if (std::string word(begin, at); looks_random(word)) words.push_back(std::move(word));
  }
  return words;
}

files::path checkout() {
  return files::path(variable("MERCAT_COMMAND")).parent_path();
}

std::map<std::string, std::string> secrets_in(const files::path& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : files::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    const auto content = content_of(entry.path());
    if (content.find("BEGIN CERTIFICATE") != std::string::npos) continue;
    if (content.size() >= 16 && content.find_first_of(" \n/") == std::string::npos) found[name] = content;
    std::size_t number = 0;
    for (auto& word : random_words(content))
      found[name + " (" + std::to_string(++number) + ")"] = std::move(word);
  }
  return found;
}

bool has_pem_key(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::string_view end = "-----";
  for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at + 1)) {
    const auto label = text.substr(at + begin.size(), longest_form - begin.size());
    // In two pieces: this file is in the commits, too.
    if (label.substr(0, label.find(end))
            .find("PRIVATE"
                  " KEY") != label.npos)
      return true;
  }
  return false;
}

bool has_aws_key(std::string_view text) {
  constexpr std::string_view begin = "AKIA";
  constexpr std::size_t rest = 16;
  const auto belongs = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at + 1)) {
    const auto key = text.substr(at + begin.size(), rest);
    if (key.size() == rest && std::ranges::all_of(key, belongs)) return true;
  }
  return false;
}

}  // namespace

files::path instance_directory() {
  const auto root = checkout() / ".mercat";
  const auto name = variable("MERCAT_INSTANCE");
  return name == "dev" ? root : root / name;
}

std::map<std::string, std::string> secrets_of_the_instance() {
  return secrets_in(instance_directory() / "secrets");
}

std::map<std::string, std::string> secrets_of_all_instances() {
  std::map<std::string, std::string> found;
  const auto add = [&](const files::path& instance) {
    if (!files::exists(instance / "secrets")) return;
    try {
      for (auto& [name, value] : secrets_in(instance / "secrets"))
        found[name + " of " + instance.filename().string()] = std::move(value);
    } catch (const std::runtime_error&) {  // filesystem_error is one
    }
  };
  add(checkout() / ".mercat");
  for (const auto& entry : files::directory_iterator(checkout() / ".mercat")) add(entry.path());
  return found;
}

std::set<std::string> secret_forms_in(std::string_view text) {
  std::set<std::string> found;
  if (has_pem_key(text)) found.insert("a private key (PEM)");
  if (has_aws_key(text)) found.insert("an AWS access key");
  return found;
}

bool has_history() {
  // The way up to the top of the checkout: nothing when this is the top. An archive may lie within another's
  // checkout.
  const auto asked = "test -z \"$(git -C '" + checkout().string() + "' rev-parse --show-cdup 2>&1)\"";
  return std::system(asked.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe)
}

secret_search::secret_search(std::map<std::string, std::string> secrets)
    : secrets_(std::move(secrets)), longest_(longest_form) {
  for (const auto& [name, value] : secrets_) {
    if (value.size() < 16) throw std::logic_error(name + " is too short to be looked for");
    longest_ = std::max(longest_, value.size());
  }
}

void secret_search::feed(const std::string& place, std::string_view piece) {
  if (place != place_) window_.clear();
  place_ = place;
  window_ += piece;
  bytes_ += piece.size();
  for (const auto& [name, value] : secrets_)
    if (window_.find(value) != std::string::npos) found_.insert(name + " in " + place);
  for (const auto& form : secret_forms_in(window_)) found_.insert(form + " in " + place);
  if (window_.size() >= longest_) window_.erase(0, window_.size() - longest_ + 1);
}

void secret_search::file(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + " cannot be read");
  place_.clear();
  std::string piece(piece_size, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
    feed(path.string(), {piece.data(), static_cast<std::size_t>(in.gcount())});
}

void secret_search::files_below(const files::path& folder) {
  for (const auto& entry : files::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) file(entry.path());
}

const std::set<std::string>& secret_search::in_logs() {
  files_below(instance_directory() / "logs");
  return found_;
}

const std::set<std::string>& secret_search::in_configuration() {
  files_below(instance_directory() / "conf");
  for (const auto* name : {"state.json", "overrides.json"})
    if (files::exists(instance_directory() / name)) file(instance_directory() / name);
  return found_;
}

const std::set<std::string>& secret_search::in_command_lines() {
  for (const auto& entry : files::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
    std::ifstream in(entry.path() / "cmdline", std::ios::binary);
    std::string line(piece_size, '\0');
    in.read(line.data(),
            static_cast<std::streamsize>(line.size()));  // of one that has ended meanwhile: nothing
    line.resize(static_cast<std::size_t>(in.gcount()));
    place_.clear();
    feed("the command line of a process: " + line.substr(0, line.find('\0')), line);
  }
  return found_;
}

const std::set<std::string>& secret_search::commits() {
  FILE* pipe =
      popen(("git -C '" + checkout().string() + "' log --all --patch --no-color --text").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run git");
  place_.clear();
  std::string piece(piece_size, '\0');
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    feed("the commits", {piece.data(), n});
  if (pclose(pipe) != 0) throw std::runtime_error("git log failed: is this a checkout?");
  return found_;
}

}  // namespace mercat::e2e
