// Guessing and resetting passwords, and finding out who is a customer (OWASP API2, API6).
#include "tests/e2e/world.hpp"
#include "tests/security/group.hpp"
#include "tests/security/people.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::security;

namespace {

// Of the address 203.0.113.x, as the edge would say; for who is asked behind it.
request log_in_from(const std::string& client, const std::string& email, const std::string& password) {
  return {.method = "POST",
          .path = "/login",
          .body = R"({"email":")" + email + R"(","password":")" + password + R"("})",
          .headers = {{"X-Forwarded-For", client}}};
}

std::string without_ids(const e2e::answer& received) {
  const auto document = received.json();
  return spelled(received) + " " + std::string(json::text(document.root(), "title").value_or("")) + " " +
         std::string(json::text(document.root(), "detail").value_or(""));
}

std::vector<attack> wrong_resets(const person& ann) {
  std::vector<attack> tries;
  const auto reset = [](const std::string& token, const std::string& wanted = "another horse") {
    return request{"POST", "/password/reset",
                   R"({"token":)" + e2e::quoted(token) + R"(,"newPassword":")" + wanted + R"("})"};
  };
  for (const auto& [name, token] : std::map<std::string, std::string>{{"empty", ""},
                                                                      {"unknown", std::string(43, 'A')},
                                                                      {"a refresh token", ann.refresh},
                                                                      {"an access token", ann.token},
                                                                      {"of SQL", "' OR 1=1 -- "},
                                                                      {"a wildcard", "%"},
                                                                      {"of 50 KB", std::string(50'000, 'A')},
                                                                      {"padded", std::string(43, 'A') + "="},
                                                                      {"of zeros", std::string(64, '0')}})
    tries.push_back({"a reset token, " + name, reset(token), "400 reset-token-invalid"});
  tries.push_back({"a reset to a short password", reset("x", "short"), "400 invalid-body"});
  for (const auto* token : {"null", "1", "true", "[]", "{\"$ne\":null}"})
    tries.push_back(
        {"a reset token, " + std::string(token),
         {"POST", "/password/reset", R"({"newPassword":"another horse","token":)" + std::string(token) + "}"},
         "400 invalid-body"});
  return tries;
}

std::vector<attack> forgotten_and_changed(const person& ann) {
  std::vector<attack> tries;
  for (const auto* email :
       {"nobody@example.test", "no address", "", "a@example.test\\r\\nBcc: b@example.test",
        "a@example.test,b@example.test", "' OR 1=1 -- ", "%@%"})
    tries.push_back({"forgotten: " + std::string(email),
                     {"POST", "/password/forgot", R"({"email":")" + std::string(email) + R"("})"},
                     "204"});
  for (const auto* email : {"null", "1", "[\"a@example.test\"]", "{}"})
    tries.push_back({"forgotten: " + std::string(email),
                     {"POST", "/password/forgot", R"({"email":)" + std::string(email) + "}"},
                     "400 invalid-body"});
  for (const auto* token : {"", "x.y.z"})
    tries.push_back({"a change without a good token '" + std::string(token) + "'",
                     {"PUT", "/password",
                      R"({"currentPassword":"correct horse battery","newPassword":"another horse"})", token},
                     *token == '\0' ? "401 token-required" : "401 token-invalid"});
  tries.push_back({"a change to a short password",
                   {"PUT", "/password",
                    R"({"currentPassword":"correct horse battery","newPassword":"short"})", ann.token},
                   "400 invalid-body"});
  return tries;
}

void check_that_nobody_is_told_apart(group& all, const person& ann) {
  for (const auto& where : places_of("/login")) {
    const auto known = without_ids(ask(where, log_in_from("203.0.113.1", ann.email, "wrong horse")));
    const auto unknown =
        without_ids(ask(where, log_in_from("203.0.113.2", e2e::fresh_email(), "wrong horse")));
    all.judge("a known and an unknown e-mail are answered alike", where.name, unknown, known);
  }
}

// Many guesses from one address wait; the owner, who comes from another, does not (ADR 0015). Development
// allows more.
void guess(group& all, const person& ann) {
  const bool strict = the("edge").tls;
  const auto& customer = the("customer");
  std::string last;
  for (int i = 0; strict && i < 8; ++i)
    last = spelled(ask(customer, log_in_from("203.0.113.7", ann.email, "guess " + std::to_string(i))));
  if (strict) {
    const auto waiting = ask(customer, log_in_from("203.0.113.7", ann.email, ann.password));
    all.judge("the eighth guess", "customer", "429 too-many-failures", last, "API6");
    all.judge("the right password among the guesses", "customer", "429 too-many-failures", spelled(waiting),
              "API6");
    all.judge("when to come again", "customer", "said",
              waiting.header("retry-after").empty() ? "not said" : "said", "API6");
    const auto spoofed = log_in_from("203.0.113.9, 203.0.113.7", ann.email, ann.password);
    all.judge("another address in front of one's own", "customer", "429 too-many-failures",
              spelled(ask(customer, spoofed)), "API6");
  }
  all.judge("the owner from elsewhere", "customer", "200",
            spelled(ask(customer, log_in_from("203.0.113.8", ann.email, ann.password))), "API6");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_password_is_neither_guessed_nor_reset_by_others) {
  group all("passwords", "API2");
  const auto ann = sign_up();
  all.try_all(wrong_resets(ann));
  all.try_all(forgotten_and_changed(ann));
  all.try_at(the("edge"), {"a change with a wrong password",
                           {"PUT", "/password",
                            R"({"currentPassword":"wrong horse","newPassword":"another horse"})", ann.token},
                           "401 bad-credentials"});
  check_that_nobody_is_told_apart(all, ann);
  guess(all, ann);
  all.finish();
}
