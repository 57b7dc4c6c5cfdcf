// The key of access tokens is replaced while people shop: nobody notices, until the former key is dropped.
// The instance keeps the new key, so this program runs after all that might have read the old one.
#include "tests/e2e/secret_search.hpp"
#include "tests/e2e/signing_key.hpp"
#include "tests/e2e/unnoticed.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

constexpr int shoppers = 6;

struct tokens {
  std::string access;
  std::string refresh;
};

tokens tokens_in(const answer& received) {
  BOOST_REQUIRE_MESSAGE(is_success(received), received.status << " " << received.body);
  const auto body = received.json();
  return {std::string(json::text(body.root(), "accessToken").value()),
          std::string(json::text(body.root(), "refreshToken").value())};
}

std::string credentials_of(const account& who) {
  return R"({"email":")" + who.email + R"(","password":")" + who.password + R"("})";
}

tokens log_in(const account& who) {
  browser device(url());
  return tokens_in(device.post("/api/login", credentials_of(who)));
}

int profile_status(const std::string& access_token) {
  browser device(url(), iphone);
  device.log_in_as(access_token);
  return device.get("/api/profile").status;
}

// At each replica that takes tokens, called directly.
void require_everywhere(const std::string& access_token, int wanted) {
  const std::map<std::string, std::string> paths{{"customer", "/profile"},
                                                 {"products", "/products/1"},
                                                 {"shopping", "/cart"},
                                                 {"bff-web", "/api/whoami"},
                                                 {"bff-mobile", "/api/whoami"}};
  for (const auto& each : replicas()) {
    const auto path = paths.find(each.service());
    if (path == paths.end()) continue;
    browser device(each.url());
    device.log_in_as(access_token);
    BOOST_TEST(device.get(path->second).status == wanted, each.name);
  }
}

// How far a rotation has come (deploy/local/mercat_local/signing_keys.py).
bool rotation_is(const std::string& state) {
  std::ifstream file(instance_directory() / "secrets" / "jwt-keys.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.find("\"state\": \"" + state + "\"") != std::string::npos;
}

// Starts `./mercat rotate-key` and kills it as soon as it is there: with replicas that have the new keys,
// that have not, and perhaps one that is stopped or starting.
void rotate_and_die_while(const std::string& state) {
  auto path = variable("MERCAT_COMMAND");
  std::string verb = "rotate-key";
  char* arguments[] = {path.data(), verb.data(), nullptr};
  pid_t rotation = 0;
  BOOST_REQUIRE_EQUAL(posix_spawn(&rotation, path.c_str(), nullptr, nullptr, arguments, environ), 0);
  const bool was_there = becomes_true([&] { return rotation_is(state); }, 120s);
  ::kill(rotation, SIGKILL);
  int status = 0;
  BOOST_REQUIRE_EQUAL(::waitpid(rotation, &status, 0), rotation);
  BOOST_REQUIRE_MESSAGE(was_there, "it was never " << state);
  BOOST_REQUIRE_MESSAGE(WIFSIGNALED(status), "it was done before it could be killed");
  BOOST_TEST(rotation_is(state));
}

}  // namespace

BOOST_AUTO_TEST_CASE(another_key_signs_and_neither_a_session_nor_a_request_is_lost) {
  BOOST_REQUIRE_EQUAL(command("rotate-key --finish --now"), 0);  // of an earlier run, if there was one
  const auto first = present_signing_key();
  browser device(url());
  const auto customer = sign_up(device);
  const auto before = log_in(customer);
  BOOST_TEST(key_id_of(before.access) == first.id);

  steady_load load(shoppers, mixed_shopping(), is_success);
  BOOST_TEST(command("rotate-key") == 0);
  const auto second = present_signing_key();
  BOOST_TEST(second.id != first.id);
  BOOST_TEST(second.secret != first.secret);
  require_everywhere(before.access, 200);
  const auto after = log_in(customer);
  BOOST_TEST(key_id_of(after.access) == second.id);
  require_everywhere(after.access, 200);

  // Its tokens live: not without being told so.
  BOOST_TEST(command("rotate-key --finish") != 0);
  BOOST_TEST(command("rotate-key") != 0);
  BOOST_TEST(present_signing_key().id == second.id);
  BOOST_TEST(profile_status(before.access) == 200);
  require_no_failure(load.finish());
}

BOOST_AUTO_TEST_CASE(a_dropped_key_is_good_for_nothing_and_refresh_tokens_outlive_it) {
  BOOST_REQUIRE_EQUAL(command("rotate-key --finish --now"), 0);
  browser device(url());
  const auto customer = sign_up(device);
  const auto old = log_in(customer);
  BOOST_REQUIRE_EQUAL(command("rotate-key"), 0);

  steady_load load(shoppers, mixed_shopping(), is_success);  // with tokens of the new key
  BOOST_TEST(command("rotate-key --finish --now") == 0);
  require_everywhere(old.access, 401);
  const auto renewed =
      tokens_in(device.post("/api/token/refresh", R"({"refreshToken":")" + old.refresh + R"("})"));
  BOOST_TEST(key_id_of(renewed.access) == present_signing_key().id);
  require_everywhere(renewed.access, 200);

  // Once more, with the same people at work; no kid comes back.
  BOOST_TEST(command("rotate-key") == 0);
  const auto newest = key_id_of(log_in(customer).access);
  BOOST_TEST(newest != key_id_of(old.access));
  BOOST_TEST(newest != key_id_of(renewed.access));
  require_everywhere(renewed.access, 200);
  require_no_failure(load.finish());
  BOOST_TEST(command("rotate-key --finish --now") == 0);
  require_everywhere(renewed.access, 401);
}

BOOST_AUTO_TEST_CASE(a_leaked_key_is_good_for_nothing_after_one_command) {
  BOOST_REQUIRE_EQUAL(command("rotate-key --finish --now"), 0);
  browser device(url());
  const auto customer = sign_up(device);
  const auto leaked = log_in(customer);
  BOOST_TEST(command("rotate-key --now") == 0);
  require_everywhere(leaked.access, 401);
  const auto renewed = log_in(customer);
  BOOST_TEST(key_id_of(renewed.access) == present_signing_key().id);
  BOOST_TEST(key_id_of(renewed.access) != key_id_of(leaked.access));
  require_everywhere(renewed.access, 200);

  // Also of a key that signs while its forerunner is still accepted.
  BOOST_REQUIRE_EQUAL(command("rotate-key"), 0);
  const auto newest = log_in(customer);
  BOOST_TEST(command("rotate-key --now") == 0);
  require_everywhere(renewed.access, 401);
  require_everywhere(newest.access, 401);
  require_everywhere(log_in(customer).access, 200);
}

BOOST_AUTO_TEST_CASE(a_rotation_that_was_killed_is_gone_on_with) {
  BOOST_REQUIRE_EQUAL(command("rotate-key --finish --now"), 0);
  browser device(url());
  const auto customer = sign_up(device);
  const auto before = log_in(customer);
  steady_load load(shoppers, mixed_shopping(), is_success);
  for (const auto* state : {"introducing", "switching"}) {
    rotate_and_die_while(state);
    BOOST_TEST(profile_status(before.access) == 200);
    BOOST_TEST(command("rotate-key --finish --now") != 0);
  }
  BOOST_TEST(command("rotate-key") == 0);
  BOOST_TEST(key_id_of(log_in(customer).access) == present_signing_key().id);
  BOOST_TEST(present_signing_key().id != key_id_of(before.access));
  require_everywhere(before.access, 200);
  require_no_failure(load.finish());
  BOOST_TEST(command("rotate-key --finish --now") == 0);
  require_everywhere(before.access, 401);
}
