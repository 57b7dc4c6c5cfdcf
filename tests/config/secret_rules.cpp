// What production mode refuses as a secret, and that development mode does not.
#include "common/config/secret_rules.hpp"

#include "common/config/environment.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace config = mercat::config;
using config::environment;
using config::weakness_of;

namespace {

constexpr auto drawn = "9f1c7ab04e2d5586c3aa90e1";  // as from `openssl rand -hex 12`

using variables = std::vector<std::pair<std::string, std::string>>;

// A file that is removed at the end of the test.
class secret_file {
 public:
  secret_file(const std::string& content, mode_t mode) {
    const int descriptor = ::mkstemp(path_);
    BOOST_REQUIRE(descriptor >= 0);
    ::close(descriptor);
    std::ofstream(path_, std::ios::binary) << content;
    BOOST_REQUIRE(::chmod(path_, mode) == 0);
  }
  ~secret_file() { ::unlink(path_); }
  [[nodiscard]] std::string path() const { return path_; }

 private:
  char path_[32] = "/tmp/mercat-secret-XXXXXX";
};

// The faults of a service that has a key, a database user and a mail server's password.
std::string faults_of(variables given) {
  environment env{"shop", "a test", [given = std::move(given)] { return given; }};
  env.secret("MERCAT_JWT_SECRET", 32, "key");
  const auto user = env.user("MERCAT_DB_USER", "shop", "database user");
  env.password("MERCAT_DB_PASSWORD", user, "its password");
  env.optional_password("MERCAT_SMTP_PASSWORD", "postmaster", "mail");
  env.run_mode();
  std::string program = "shop";
  char* arguments[] = {program.data()};
  try {
    env.finish(1, arguments);
    return {};
  } catch (const config::invalid& refused) {
    return refused.what();
  }
}

const std::pair<std::string, std::string> good_key{"MERCAT_JWT_SECRET", std::string(drawn) + drawn};
const std::pair<std::string, std::string> good_password{"MERCAT_DB_PASSWORD", drawn};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_people_choose_is_no_secret) {
  for (const auto* weak : {"",
                           "guest",
                           "secret",
                           "changeme",
                           "password",
                           "mercat",
                           "admin",
                           "mercat-demo-1",
                           "0123456789abcde",
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                           "ababababababababababab",
                           "changemechangeme",
                           "CHANGE-ME-CHANGE-ME",
                           "Password123456789!",
                           "mercat-secret-2026",
                           "secretsecretsecretsecretsecret12",
                           "your-256-bit-secret-your-256-bit",
                           "12345678901234567890123456789012",
                           "qwertyuiop1234567890",
                           "correct horse battery staple",
                           "insert-your-secret-here-please!",
                           "example-password-of-the-database"})
    BOOST_TEST(weakness_of(weak, "shop").has_value(), weak);
}

BOOST_AUTO_TEST_CASE(a_secret_made_of_its_users_name_is_none) {
  for (const auto* weak : {"crm-mailer-service", "CRM-Mailer-crm-mailer", "crm-mailer-2026-07-01"})
    BOOST_TEST(weakness_of(weak, "crm-mailer").has_value(), weak);
  BOOST_TEST(weakness_of("a-rather-long-user", "a-rather-long-user").value() ==
             "is the name of its user: draw one at random");
}

BOOST_AUTO_TEST_CASE(what_was_drawn_at_random_passes) {
  std::mt19937 numbers(20260701);  // NOLINT: the same ones each time
  for (const std::string alphabet :
       {"0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"})
    for (int i = 0; i < 2000; ++i) {
      std::string secret;
      for (int n = 0; n < 40; ++n) secret += alphabet[numbers() % alphabet.size()];
      BOOST_REQUIRE_MESSAGE(!weakness_of(secret, "customer"), secret);
    }
}

BOOST_AUTO_TEST_CASE(production_refuses_weak_secrets_all_at_once_and_shows_none) {
  const auto told = faults_of({{"MERCAT_JWT_SECRET", "secret-secret-secret-secret-secret"},
                               {"MERCAT_DB_USER", "root"},
                               {"MERCAT_DB_PASSWORD", "hunter2"},
                               {"MERCAT_SMTP_PASSWORD", "xyxyxyxyxyxyxyxyxyxyxy"}});
  for (const auto* part :
       {"MERCAT_JWT_SECRET is a well-known or example value", "MERCAT_DB_USER must be the service's own user",
        "MERCAT_DB_PASSWORD is too short for production: 7 bytes, at least 16 are needed",
        "MERCAT_SMTP_PASSWORD is made of fewer than 6 different characters"})
    BOOST_TEST(holds(told, part), part << " is not in: " << told);
  for (const auto* value : {"secret-secret", "hunter2", "xyxy"}) BOOST_TEST(!holds(told, value), told);
}

BOOST_AUTO_TEST_CASE(production_is_what_holds_when_no_mode_is_set_and_takes_good_secrets) {
  BOOST_TEST(faults_of({good_key, good_password}) == "");
  BOOST_TEST(
      holds(faults_of({good_key, {"MERCAT_DB_PASSWORD", "guest"}}), "MERCAT_DB_PASSWORD is too short"));
}

BOOST_AUTO_TEST_CASE(development_takes_any_password_but_no_short_key) {
  const std::pair<std::string, std::string> mode{"MERCAT_MODE", "development"};
  BOOST_TEST(faults_of({mode, good_key, {"MERCAT_DB_PASSWORD", "guest"}, {"MERCAT_DB_USER", "root"}}) == "");
  BOOST_TEST(holds(faults_of({mode, good_password, {"MERCAT_JWT_SECRET", "guest"}}),
                   "MERCAT_JWT_SECRET is too short: 5 bytes, at least 32 are needed"));
}

BOOST_AUTO_TEST_CASE(an_administrator_or_nobody_is_no_user_of_a_service) {
  for (const auto* user : {"", "root", "Root", "admin", "guest"})
    BOOST_TEST(
        holds(faults_of({good_key, good_password, {"MERCAT_DB_USER", user}}), "MERCAT_DB_USER must be"),
        user);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_read_is_refused_in_production) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0644U}) {
    const secret_file file(drawn, mode);
    const variables given{good_key, {"MERCAT_DB_PASSWORD_FILE", file.path()}};
    BOOST_TEST(faults_of(given) ==
               "MERCAT_DB_PASSWORD_FILE names a file that others than its owner can use: "
               "chmod 600 " +
                   file.path());
    auto in_development = given;
    in_development.emplace_back("MERCAT_MODE", "development");
    BOOST_TEST(faults_of(in_development) == "");
  }
  for (const mode_t mode : {0600U, 0400U}) {
    const secret_file file(drawn, mode);
    BOOST_TEST(faults_of({good_key, {"MERCAT_DB_PASSWORD_FILE", file.path()}}) == "");
  }
}

// As Kubernetes mounts secrets for a pod with fsGroup. Only root can give a file away.
BOOST_AUTO_TEST_CASE(a_file_of_somebody_else_may_be_read_by_its_group_only,
                     *boost::unit_test::precondition([](auto) { return ::geteuid() == 0; })) {
  const auto faults_with = [](mode_t mode) {
    const secret_file file(drawn, mode);
    BOOST_REQUIRE(::chown(file.path().c_str(), 65534, ::getegid()) == 0);
    return faults_of({good_key, {"MERCAT_DB_PASSWORD_FILE", file.path()}});
  };
  for (const mode_t mode : {0440U, 0640U, 0400U}) BOOST_TEST(faults_with(mode) == "");
  for (const mode_t mode : {0460U, 0444U, 0442U, 0441U})
    BOOST_TEST(holds(faults_with(mode), "can use"), std::oct << mode);
}

BOOST_AUTO_TEST_CASE(who_does_not_ask_for_the_mode_gets_the_rules_of_production) {
  environment env{"shop", "a test", [] { return variables{{"MERCAT_DB_PASSWORD", "guest"}}; }};
  env.password("MERCAT_DB_PASSWORD", "shop", "its password");
  std::string program = "shop";
  char* arguments[] = {program.data()};
  BOOST_CHECK_THROW(env.finish(1, arguments), config::invalid);
}

BOOST_AUTO_TEST_CASE(a_weak_secret_in_a_file_is_told_by_the_variable_that_names_the_file) {
  const secret_file file("changemechangeme\n", 0600);
  BOOST_TEST(holds(faults_of({good_key, {"MERCAT_DB_PASSWORD_FILE", file.path()}}),
                   "MERCAT_DB_PASSWORD_FILE is a well-known or example value"));
}
