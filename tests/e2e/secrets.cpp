// No secret stands where others can read it: command lines, logs, configuration, binaries, the repository.
// And no service starts in production mode with a secret that everybody knows.
#include "tests/e2e/secret_search.hpp"
#include "tests/e2e/shop.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <thread>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;
namespace files = std::filesystem;

namespace {

// What this program gives away itself: a person's password and tokens.
std::map<std::string, std::string> used_in_a_session() {
  browser device(url());
  std::map<std::string, std::string> used;
  const auto email = fresh_email();
  const auto password = used["a password"] = "s3ssion " + fresh_email();
  used["a wrong password"] = "wr0ng " + fresh_email();
  const auto body = [&](const std::string& with) {
    return R"({"email":")" + email + R"(","password":")" + with + R"("})";
  };
  const auto made = device.post("/api/signup", body(password)).json();
  used["an access token"] = json::text(made.root(), "accessToken").value();
  used["a refresh token"] = json::text(made.root(), "refreshToken").value();
  device.log_in_as(used["an access token"]);
  BOOST_TEST(device.get("/api/profile").status == 200);
  BOOST_TEST(device.post("/api/login", body(used["a wrong password"])).status == 401);
  auto torn = body(password);
  torn.pop_back();
  BOOST_TEST(device.post("/api/login", torn).status == 400);
  const auto refresh = R"({"refreshToken":")" + used["a refresh token"] + R"("})";
  BOOST_TEST(device.post("/api/token/refresh", refresh).status == 200);
  BOOST_TEST(device.post("/api/token/refresh", refresh).status == 401);
  BOOST_TEST(device.post("/api/password/forgot", R"({"email":")" + email + R"("})").status == 204);
  auto& mailed = used["a reset token"];
  BOOST_TEST(becomes_true([&] { return !(mailed = mailed_reset_token(email)).empty(); }, 20s));
  used["a new password"] = "n3w " + fresh_email();
  const auto wanted = R"({"token":")" + mailed + R"(","newPassword":")" + used["a new password"];
  BOOST_TEST(device.post("/api/password/reset", wanted).status == 400);
  BOOST_TEST(device.post("/api/password/reset", wanted + "\"}").status == 204);
  auto forged = used["an access token"];
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  device.log_in_as(used["a refused token"] = forged);
  const auto last = device.get("/api/profile");
  BOOST_TEST(last.status == 401);
  const auto id = last.header("x-request-id");
  const std::map<std::string, std::string> last_request{{"the last request", id}};
  BOOST_TEST(becomes_true([&] { return !secret_search(last_request).in_logs().empty(); }, 20s),
             "no log tells of the last request");
  return used;
}

std::string joined(const std::set<std::string>& found) {
  std::string all;
  for (const auto& each : found) all += "\n  " + each;
  return all;
}

// The exit code of a service started with these variables and no others, and what it says.
std::pair<int, std::string> started(const std::string& service, const std::string& variables) {
  const auto binary = files::path(variable("MERCAT_BIN_DIR")) / service / service;
  FILE* pipe = popen(("env -i " + variables + " '" + binary.string() + "' 2>&1").c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string said;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) said.append(buffer, n);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_search_finds_a_secret_where_there_is_one) {
  const auto all = secrets_of_the_instance();
  BOOST_TEST(all.size() > 15U);
  const auto [name, value] = *all.begin();
  secret_search search(std::map<std::string, std::string>{{name, value}});
  const std::string elsewhere(100'000, 'x');
  search.feed("here", elsewhere + value.substr(0, 5));
  BOOST_TEST(search.found().empty());
  search.feed("here", value.substr(5) + elsewhere);
  BOOST_TEST(search.found().size() == 1U);
  BOOST_TEST(joined(search.found()).find(value) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_secret_is_known_by_its_form) {
  const std::string key = "PRIVATE KEY";  // put together here: the commits hold this file
  for (const std::string kind : {"", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ", "PGP "})
    BOOST_TEST(secret_forms_in("+-----BEGIN " + kind + key + "-----\n").size() == 1U, kind);
  const std::string aws = "AKIA";
  BOOST_TEST(secret_forms_in("id = \"" + aws + "0123456789ABCDEF\"").size() == 1U);
  BOOST_TEST(secret_forms_in(aws + "0123456789ABCDE").empty());
  BOOST_TEST(secret_forms_in("-----BEGIN CERTIFICATE-----\nno " + key).empty());
  secret_search search({});
  search.feed("here", std::string(100'000, 'x') + aws + "0123");
  search.feed("here", "456789ABCDEF" + std::string(100'000, 'x'));
  BOOST_TEST(search.found().size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_log_and_no_configuration_holds_a_secret_or_what_a_customer_typed) {
  auto all = secrets_of_the_instance();
  all.merge(used_in_a_session());
  secret_search search(all);
  BOOST_TEST(search.in_logs().empty(), joined(search.found()));
  BOOST_TEST(search.in_configuration().empty(), joined(search.found()));
  BOOST_TEST(search.bytes() > 1000U);
}

BOOST_AUTO_TEST_CASE(no_process_has_a_secret_in_its_command_line) {
  secret_search search(secrets_of_the_instance());
  std::atomic<bool> done{false};
  long looks = 0;
  std::thread watcher([&] {
    for (; !done; ++looks) static_cast<void>(search.in_command_lines());
  });
  for (const auto* arguments : {"seed > /dev/null", "seed --products 1 > /dev/null", "admin list > /dev/null",
                                "dead-letters > /dev/null", "status > /dev/null", "mail --json > /dev/null",
                                "restart crm-mailer > /dev/null", "restart customer-1 > /dev/null"})
    BOOST_TEST(command(arguments) == 0, arguments);
  done = true;
  watcher.join();
  BOOST_TEST(looks > 3);
  BOOST_TEST(search.found().empty(), joined(search.found()));
}

BOOST_AUTO_TEST_CASE(no_binary_holds_a_secret) {
  secret_search search(secrets_of_the_instance());
  for (const auto* service : {"customer", "products", "shopping", "bff-web", "bff-mobile", "crm-mailer"})
    search.file(files::path(variable("MERCAT_BIN_DIR")) / service / service);
  BOOST_TEST(search.bytes() > 1'000'000U);
  BOOST_TEST(search.found().empty(), joined(search.found()));
}

BOOST_AUTO_TEST_CASE(no_commit_holds_a_secret) {
  if (!has_history()) {
    std::cout << "skipped: no git, or no commits here (an unpacked archive?), so they were not searched"
              << std::endl;
    return;
  }
  secret_search search(secrets_of_all_instances());
  search.commits();
  BOOST_TEST(search.bytes() > 1000U);
  BOOST_TEST(search.found().empty(), joined(search.found()));
}

BOOST_AUTO_TEST_CASE(no_service_starts_in_production_with_secrets_that_everybody_knows) {
  const std::map<std::string, std::set<std::string>> reads{
      {"customer", {"JWT_SECRET", "DB_PASSWORD", "AMQP_PASSWORD"}},
      {"products", {"JWT_SECRET", "DB_PASSWORD", "AMQP_PASSWORD"}},
      {"shopping", {"JWT_SECRET", "DB_PASSWORD", "AMQP_PASSWORD"}},
      {"bff-web", {"JWT_SECRET", "AMQP_PASSWORD"}},
      {"bff-mobile", {"JWT_SECRET", "AMQP_PASSWORD"}},
      {"crm-mailer", {"DB_PASSWORD", "AMQP_PASSWORD", "SMTP_PASSWORD"}}};
  for (const auto& [service, secrets] : reads) {
    std::string variables = "MERCAT_MODE=production";
    for (const auto& each : secrets) variables += " MERCAT_" + each + "=changeme-changeme-changeme-changeme";
    const auto [code, said] = started(service, variables);
    BOOST_TEST(code == 2, service << ": " << said);
    for (const auto& each : secrets)
      BOOST_TEST(said.find("MERCAT_" + each + " is a well-known or example value") != std::string::npos,
                 service << ", " << each << ": " << said);
    BOOST_TEST(said.find("changeme") == std::string::npos, said);
  }
}
