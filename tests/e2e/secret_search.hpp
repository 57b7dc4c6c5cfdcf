// secret_search: looks for secrets of the instance under test in places where others may read. What it finds
// is told by the secret's name and the place, never by its value.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace mercat::e2e {

// .mercat of the checkout, or the folder of another instance in it.
[[nodiscard]] std::filesystem::path instance_directory();

// Name and value of everything secret in secrets/: what stands alone in a file, and long strings of random
// characters within one (hashes, private keys). Certificates are public.
[[nodiscard]] std::map<std::string, std::string> secrets_of_the_instance();

// One thread at a time.
class secret_search {
 public:
  explicit secret_search(std::map<std::string, std::string> secrets);

  // The next piece of what is read at a place; a value that is split between two pieces is found.
  void feed(const std::string& place, std::string_view piece);
  void file(const std::filesystem::path& path);  // throws when it cannot be read

  // Each answers what was found up to now.
  const std::set<std::string>& in_logs();
  const std::set<std::string>& in_configuration();
  const std::set<std::string>& in_command_lines();  // of every process that can be seen
  const std::set<std::string>& commits();           // of the repository: texts and changes, all branches
  [[nodiscard]] const std::set<std::string>& found() const noexcept { return found_; }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  // looked through

 private:
  void files_below(const std::filesystem::path& folder);

  std::map<std::string, std::string> secrets_;
  std::size_t longest_ = 0;
  std::string place_;
  std::string window_;  // the end of the last piece and the present one
  std::set<std::string> found_;
  std::size_t bytes_ = 0;
};

}  // namespace mercat::e2e
