// Configuration: MERCAT_* environment variables, each declared once with type, unit, default and meaning, all
// printed by --help. An undeclared MERCAT_* variable or a bad value stops the start with one clear line.
//
//   config::environment env{"products", "Catalogue, stock, PRODUCT_RPC"};
//   const auto port = env.port("MERCAT_HTTP_PORT", 8002, "port of the main listener");
//   const auto secret = env.secret("MERCAT_JWT_SECRET", "HMAC key of access tokens, at least 32 bytes");
//   env.finish(argc, argv);   // --help prints and exits 0; throws config::invalid listing EVERY fault
//
// Values returned before finish() may be placeholders when they were bad: use them only after finish(). For
// secrets and required texts an empty value counts as not set. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::config {

enum class mode { development, production };

class invalid : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class environment {
 public:
  using lookup = std::function<std::vector<std::pair<std::string, std::string>>()>;

  // all: where the variables come from; tests pass their own, default is the process environment.
  environment(std::string program, std::string summary, lookup all = {});

  std::string text(std::string_view name, std::string_view otherwise, std::string_view meaning);
  std::string required_text(std::string_view name, std::string_view meaning);
  std::int64_t integer(std::string_view name, std::int64_t otherwise, std::int64_t least, std::int64_t most,
                       std::string_view unit, std::string_view meaning);
  std::uint16_t port(std::string_view name, std::uint16_t otherwise, std::string_view meaning);
  // Whole milliseconds, 0 to 30 days.
  std::chrono::milliseconds milliseconds(std::string_view name, std::chrono::milliseconds otherwise,
                                         std::string_view meaning);
  // true or false.
  bool flag(std::string_view name, bool otherwise, std::string_view meaning);
  std::string one_of(std::string_view name, std::vector<std::string> choices, std::string_view otherwise,
                     std::string_view meaning);
  // From NAME or from the file named by NAME_FILE (last newline dropped); both given is a fault. --help never
  // shows the value. `least_bytes`: shorter ones are refused.
  std::string secret(std::string_view name, std::size_t least_bytes, std::string_view meaning);
  std::optional<std::string> optional_secret(std::string_view name, std::size_t least_bytes,
                                             std::string_view meaning);
  // The password of `user` at some server; from where secrets come.
  std::string password(std::string_view name, std::string_view user, std::string_view meaning);
  std::optional<std::string> optional_password(std::string_view name, std::string_view user,
                                               std::string_view meaning);
  // Whom the service logs in as at a server.
  std::string user(std::string_view name, std::string_view otherwise, std::string_view meaning);
  // MERCAT_MODE, default production. In production a secret that would be guessed is a fault, and so is a
  // file with one that others can use (its group may read one that is not the service's own), and a user who
  // may do everything (secret_rules.hpp).
  mode run_mode();

  // --help (-h) and --version print and exit 0; an option that is none of these is a fault; -- ends options.
  // Arguments left for the program's own subcommands ("seed", a file), options removed.
  std::vector<std::string> finish(int argc, char** argv, std::string_view subcommands_help = {});

 private:
  struct declaration {
    std::string name;
    std::string type;       // with its unit or range
    std::string otherwise;  // what holds when it is not set
    std::string meaning;
    bool secret = false;
  };

  const std::string* find(std::string_view name) const;
  void declare(std::string_view name, std::string type, std::string otherwise, std::string_view meaning,
               bool secret = false);
  void fault(std::string_view name, std::string_view what);
  std::optional<std::string> read_secret(std::string_view name, std::size_t least_bytes,
                                         std::string_view user = {});
  std::string required(std::string_view name, std::size_t least_bytes, std::string_view user,
                       std::string_view meaning);
  void check_names();
  [[nodiscard]] std::string help(std::string_view subcommands_help) const;

  std::string program_;
  std::string summary_;
  std::vector<std::pair<std::string, std::string>> given_;
  std::vector<declaration> declared_;
  std::vector<std::string> faults_;
  std::vector<std::string> faults_in_production_;  // run_mode() may come after what it decides about
  bool production_ = true;                         // also when nobody asks for the mode
};

}  // namespace mercat::config
