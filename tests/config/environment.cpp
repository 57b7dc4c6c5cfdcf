#include "common/config/environment.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace config = mercat::config;
using config::environment;
using std::chrono::milliseconds;

namespace {

environment with(std::vector<std::pair<std::string, std::string>> variables) {
  return {"shop", "a test", [variables = std::move(variables)] { return variables; }};
}

// The fault finish() tells, or an empty text.
std::string fault_of(environment& env, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), "shop");
  std::vector<char*> raw;
  for (auto& each : arguments) raw.push_back(each.data());
  try {
    env.finish(static_cast<int>(raw.size()), raw.data());
    return {};
  } catch (const config::invalid& refused) {
    return refused.what();
  }
}

// A file that is removed at the end of the test.
class temporary_file {
 public:
  explicit temporary_file(const std::string& content) {
    const int descriptor = ::mkstemp(path_);
    BOOST_REQUIRE(descriptor >= 0);
    ::close(descriptor);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~temporary_file() { ::unlink(path_); }
  [[nodiscard]] std::string path() const { return path_; }

 private:
  char path_[32] = "/tmp/mercat-config-XXXXXX";
};

// What finish() prints before it ends the process with 0.
std::string printed(const std::string& option) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  std::fflush(nullptr);  // what is buffered would be printed by the child too
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 1);
    auto env = with({{"MERCAT_PORT", "bad"}, {"MERCAT_KEY", "hush-hush-hush"}});
    env.port("MERCAT_PORT", 8002, "port of the main listener");
    env.secret("MERCAT_KEY", 8, "key of tokens");
    env.integer("MERCAT_ITEMS", 20, 1, 100, "items", "on a page");
    std::string name = "shop";
    std::string argument = option;
    char* raw[] = {name.data(), argument.data()};
    try {
      env.finish(2, raw, "  seed   fill the shop");
    } catch (...) {
    }
    ::_exit(9);
  }
  ::close(ends[1]);
  std::string out;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 0);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(defaults_hold_where_nothing_is_set) {
  auto env = with({{"PATH", "/bin"}, {"HOME", ""}});
  BOOST_TEST(env.text("MERCAT_A", "x", "") == "x");
  BOOST_TEST(env.integer("MERCAT_B", 5, 1, 9, "items", "") == 5);
  BOOST_TEST(env.port("MERCAT_C", 80, "") == 80);
  BOOST_TEST((env.milliseconds("MERCAT_D", milliseconds{70}, "") == milliseconds{70}));
  BOOST_TEST(env.flag("MERCAT_E", true, ""));
  BOOST_TEST(env.one_of("MERCAT_F", {"a", "b"}, "b", "") == "b");
  BOOST_TEST(!env.optional_secret("MERCAT_G", 8, ""));
  BOOST_TEST((env.run_mode() == config::mode::production));
  BOOST_TEST(fault_of(env) == "");
}

BOOST_AUTO_TEST_CASE(given_values_win) {
  auto env = with({{"MERCAT_A", ""},
                   {"MERCAT_B", "-3"},
                   {"MERCAT_C", "65535"},
                   {"MERCAT_D", "0"},
                   {"MERCAT_E", "false"},
                   {"MERCAT_F", "a"},
                   {"MERCAT_G", "12345678"},
                   {"MERCAT_MODE", "development"}});
  BOOST_TEST(env.text("MERCAT_A", "x", "") == "");
  BOOST_TEST(env.integer("MERCAT_B", 5, -9, 9, "items", "") == -3);
  BOOST_TEST(env.port("MERCAT_C", 80, "") == 65535);
  BOOST_TEST((env.milliseconds("MERCAT_D", milliseconds{70}, "") == milliseconds{0}));
  BOOST_TEST(!env.flag("MERCAT_E", true, ""));
  BOOST_TEST(env.one_of("MERCAT_F", {"a", "b"}, "b", "") == "a");
  BOOST_TEST(env.optional_secret("MERCAT_G", 8, "").value() == "12345678");
  BOOST_TEST((env.run_mode() == config::mode::development));
  BOOST_TEST(fault_of(env) == "");
}

BOOST_AUTO_TEST_CASE(every_fault_is_told_at_once) {
  auto env = with({{"MERCAT_A", "10"},
                   {"MERCAT_B", "70000"},
                   {"MERCAT_C", "1s"},
                   {"MERCAT_D", "yes"},
                   {"MERCAT_E", "c"},
                   {"MERCAT_MODE", "test"},
                   {"MERCAT_F", ""}});
  env.integer("MERCAT_A", 5, 1, 9, "items", "");
  env.port("MERCAT_B", 80, "");
  env.milliseconds("MERCAT_C", milliseconds{70}, "");
  env.flag("MERCAT_D", true, "");
  env.one_of("MERCAT_E", {"a", "b"}, "b", "");
  env.run_mode();
  env.required_text("MERCAT_F", "where to");
  env.secret("MERCAT_G", 32, "key");
  const auto told = fault_of(env, {"--frobnicate"});
  for (const auto* part : {"MERCAT_A must be a whole number in 1..9, not \"10\"", "MERCAT_B must be a port",
                           "MERCAT_C must be milliseconds", "MERCAT_D must be true or false",
                           "MERCAT_E must be one of a, b, not \"c\"", "MERCAT_MODE must be one of",
                           "MERCAT_F is not set: where to", "MERCAT_G is not set (MERCAT_G_FILE neither)",
                           "--frobnicate is not an option"}) {
    BOOST_TEST(told.find(part) != std::string::npos, part);
  }
}

BOOST_AUTO_TEST_CASE(bad_numbers_are_not_guessed) {
  for (const auto* text : {"", " 5", "5 ", "+5", "5.0", "0x5", "5e0", "five", "99999999999999999999"}) {
    auto env = with({{"MERCAT_A", text}});
    env.integer("MERCAT_A", 5, 1, 9, "items", "");
    BOOST_TEST(fault_of(env) != "", text);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_name_stops_the_start_and_the_near_one_is_suggested) {
  auto env = with({{"MERCAT_HTTP_PRT", "1"}, {"MERCAT_ELSEWHERE", "1"}, {"MERCATX", "1"}});
  env.port("MERCAT_HTTP_PORT", 80, "");
  const auto told = fault_of(env);
  BOOST_TEST(told.find("MERCAT_HTTP_PRT is not a setting of shop; did you mean MERCAT_HTTP_PORT?") !=
             std::string::npos);
  BOOST_TEST(told.find("MERCAT_ELSEWHERE is not a setting of shop (see --help)") != std::string::npos);
  BOOST_TEST(told.find("MERCATX") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_secret_may_come_from_a_file_without_its_last_newline) {
  const temporary_file file("a violet umbrella\n");
  auto env = with({{"MERCAT_KEY_FILE", file.path()}});
  BOOST_TEST(env.secret("MERCAT_KEY", 8, "key") == "a violet umbrella");
  BOOST_TEST(fault_of(env) == "");
}

BOOST_AUTO_TEST_CASE(a_secret_from_two_places_is_a_fault) {
  const temporary_file file("top secret text");
  auto env = with({{"MERCAT_KEY", "another secret"}, {"MERCAT_KEY_FILE", file.path()}});
  env.secret("MERCAT_KEY", 8, "key");
  BOOST_TEST(fault_of(env) == "MERCAT_KEY and MERCAT_KEY_FILE are both set: choose one");
}

BOOST_AUTO_TEST_CASE(a_secret_that_cannot_be_read_is_a_fault) {
  auto env = with({{"MERCAT_KEY_FILE", "/nowhere/at/all"}});
  env.secret("MERCAT_KEY", 8, "key");
  BOOST_TEST(fault_of(env) == "MERCAT_KEY_FILE names a file that cannot be read: /nowhere/at/all");
}

BOOST_AUTO_TEST_CASE(a_short_secret_is_refused_without_being_shown) {
  auto env = with({{"MERCAT_KEY", "hunter2"}});
  env.secret("MERCAT_KEY", 32, "key");
  BOOST_TEST(fault_of(env) == "MERCAT_KEY is too short: 7 bytes, at least 32 are needed");
}

BOOST_AUTO_TEST_CASE(help_shows_every_variable_in_order_and_no_secret) {
  const auto out = printed("--help");
  BOOST_TEST(out == printed("-h"));
  const auto port = out.find("MERCAT_PORT   port 0..65535  8002        port of the main listener");
  const auto key = out.find("MERCAT_KEY    secret         (required)  key of tokens");
  const auto items = out.find("MERCAT_ITEMS  items 1..100   20          on a page");
  BOOST_TEST(port < key);
  BOOST_TEST(key < items);
  BOOST_TEST(items != std::string::npos);
  BOOST_TEST(out.find("seed   fill the shop") != std::string::npos);
  BOOST_TEST(out.find("hush") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(version_is_the_name_and_the_number) {
  BOOST_TEST(printed("--version").starts_with("shop "));
}

BOOST_AUTO_TEST_CASE(what_is_no_option_is_left_to_the_program) {
  auto env = with({});
  std::vector<std::string> words{"shop", "seed", "file.json", "-", "--", "--help"};
  std::vector<char*> raw;
  for (auto& each : words) raw.push_back(each.data());
  const auto rest = env.finish(static_cast<int>(raw.size()), raw.data());
  BOOST_TEST((rest == std::vector<std::string>{"seed", "file.json", "-", "--help"}));
}

BOOST_AUTO_TEST_CASE(declaring_a_name_twice_is_a_bug) {
  auto env = with({});
  env.flag("MERCAT_A", true, "");
  BOOST_CHECK_THROW(env.flag("MERCAT_A", true, ""), std::logic_error);
}
