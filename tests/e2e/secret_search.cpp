#include "tests/e2e/secret_search.hpp"

#include "tests/e2e/shop.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

namespace mercat::e2e {

namespace files = std::filesystem;

namespace {

constexpr std::size_t piece_size = 1 << 20;
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

}  // namespace

files::path instance_directory() {
  const auto root = files::path(variable("MERCAT_COMMAND")).parent_path() / ".mercat";
  const auto name = variable("MERCAT_INSTANCE");
  return name == "dev" ? root : root / name;
}

std::map<std::string, std::string> secrets_of_the_instance() {
  std::map<std::string, std::string> found;
  for (const auto& entry : files::directory_iterator(instance_directory() / "secrets")) {
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

secret_search::secret_search(std::map<std::string, std::string> secrets) : secrets_(std::move(secrets)) {
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
  const auto root = files::path(variable("MERCAT_COMMAND")).parent_path();
  FILE* pipe = popen(("git -C '" + root.string() + "' log --all --patch --no-color --text").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run git");
  place_.clear();
  std::string piece(piece_size, '\0');
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    feed("the commits", {piece.data(), n});
  if (pclose(pipe) != 0) throw std::runtime_error("git log failed: is this a checkout?");
  return found_;
}

}  // namespace mercat::e2e
