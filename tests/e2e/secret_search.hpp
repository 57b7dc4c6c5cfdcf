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

// Name and value of everything secret in secrets/ of the instance under test: what stands alone in a file,
// and long strings of random characters within one (hashes, private keys). Certificates are public.
[[nodiscard]] std::map<std::string, std::string> secrets_of_the_instance();
// The same of every instance of this checkout. One that is made or deleted just now, or is not ours to read,
// is left out.
[[nodiscard]] std::map<std::string, std::string> secrets_of_all_instances();

// What is a secret by its form, whoever made it: private keys in PEM (RFC 7468), identifiers of AWS access
// keys. Told by their kind.
[[nodiscard]] std::set<std::string> secret_forms_in(std::string_view text);

// Is there git, and is this checkout one of its own? Not so in an unpacked archive.
[[nodiscard]] bool has_history();

// One thread at a time.
class secret_search {
 public:
  explicit secret_search(std::map<std::string, std::string> secrets);

  // The next piece of what is read at a place. Found are the values, and the forms of secrets, also when they
  // are split between two pieces.
  void feed(const std::string& place, std::string_view piece);
  void file(const std::filesystem::path& path);  // throws when it cannot be read

  // Each answers what was found up to now.
  const std::set<std::string>& in_logs();
  const std::set<std::string>& in_configuration();
  const std::set<std::string>& in_command_lines();  // of every process that can be seen
  const std::set<std::string>& commits();           // texts and changes, all branches
  [[nodiscard]] const std::set<std::string>& found() const noexcept { return found_; }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  // looked through

 private:
  void files_below(const std::filesystem::path& folder);

  std::map<std::string, std::string> secrets_;
  std::size_t longest_;
  std::string place_;
  std::string window_;  // the end of the last piece and the present one
  std::set<std::string> found_;
  std::size_t bytes_ = 0;
};

}  // namespace mercat::e2e
