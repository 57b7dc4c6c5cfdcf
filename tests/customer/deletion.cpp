// What is left of a customer who was deleted: nothing personal, and no token that still works.
#include "common/rfc3339.hpp"
#include "common/utc_now.hpp"
#include "tests/customer/at_once.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

using namespace mercat;
using namespace std::chrono_literals;
using test::at_once;
using test::running_customer;
using test::with_status;

namespace {

const std::string some_address = R"({"street":"Secret 1","city":"b","postalCode":"c","country":"d"})";

std::vector<std::string> outbox(running_customer& shop) {
  std::vector<std::string> found;
  shop.schema().as_root([&](db::session& s) {
    for (auto& row : s.query("SELECT CONCAT(type, ' ', data) FROM outbox ORDER BY id"))
      found.push_back(row.take_text(0));
  });
  return found;
}

bool lacks(const std::string& text, std::string_view part) {
  return text.find(part) == std::string::npos;
}

std::size_t revocations(running_customer& shop) {
  const auto answer = shop.ask("VIEW_REVOCATIONS", "{}");
  BOOST_TEST(answer.status == 200);
  const auto parsed = json::document::parse(answer.body);
  return json::member(parsed.root(), "revocations")->Size();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_token_still_alive_can_do_nothing_more) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org");
  const auto token = ada.text("accessToken");
  const auto made = shop.call("POST", "/addresses", some_address, token);
  BOOST_TEST(shop.call("DELETE", "/profile", {}, token).status == 204);
  BOOST_TEST(shop.count("address") == 0);
  const auto its_address = "/addresses/" + std::to_string(made.integer("id"));
  const std::vector<std::array<std::string, 3>> calls{
      {"GET", "/profile", ""},
      {"PATCH", "/profile", R"({"name":"Ada"})"},
      {"PATCH", "/profile", "{}"},
      {"DELETE", "/profile", ""},
      {"GET", "/addresses", ""},
      {"POST", "/addresses", some_address},
      {"PUT", its_address, some_address},
      {"DELETE", its_address, ""},
      {"GET", "/customers/" + std::to_string(ada.integer("id")), ""},
      {"GET", "/customers/987654321", ""},
      {"GET", "/customers?userId=ada@example.org", ""},
  };
  for (const auto& [method, path, body] : calls) {
    const auto refused = shop.call(method, path, body, token);
    BOOST_TEST(refused.status == 401, method << " " << path << " " << refused.body);
    BOOST_TEST(refused.slug() == "token-invalid");
  }
}

BOOST_AUTO_TEST_CASE(an_email_that_still_waits_in_the_outbox_does_not_leave) {
  running_customer shop;
  shop.broker_gate().refuse();
  shop.broker_gate().close();
  const auto ada = shop.sign_up("ada@example.org");
  const auto eve = shop.sign_up("eve@example.org");
  BOOST_TEST(outbox(shop).size() == 2U);
  BOOST_TEST(shop.call("DELETE", "/profile", {}, ada.text("accessToken")).status == 204);

  const auto id = "{\"customerId\":" + std::to_string(ada.integer("id"));
  const auto left = outbox(shop);
  BOOST_REQUIRE(left.size() == 3U);
  for (const auto& each : left) BOOST_TEST(lacks(each, "ada@"), each);
  BOOST_TEST(left[0].starts_with("customer.signed-up "));
  BOOST_TEST(left[1] == "customer.deleted " + id + "}");
  BOOST_TEST(left[2].starts_with("customer.sessions-revoked " + id + ",\"before\":\"2"), left[2]);
  BOOST_TEST(left[2].ends_with("Z\"}"), left[2]);

  shop.broker_gate().pass();
  const auto events = shop.events(2);
  BOOST_REQUIRE(events.size() == 2U);
  BOOST_TEST(events[0].find("eve@example.org") != std::string::npos);
  BOOST_TEST(events[1] == id + "}");
}

BOOST_AUTO_TEST_CASE(the_schema_holds_nothing_personal_any_more) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org").text("accessToken");
  BOOST_TEST(shop.call("PATCH", "/profile", R"({"name":"Ada","phone":"+49 30 1234567"})", ada).status == 200);
  BOOST_TEST(shop.call("POST", "/addresses", some_address, ada).status == 201);
  BOOST_TEST(shop.call("DELETE", "/profile", {}, ada).status == 204);
  BOOST_TEST(test::eventually([&] { return shop.count("outbox") == 0; }));
  BOOST_TEST(shop.count("address") == 0);
  shop.schema().as_root([](db::session& s) {
    BOOST_TEST(s.query("SELECT id FROM customer WHERE email IS NOT NULL OR email_key IS NOT NULL OR "
                       "name IS NOT NULL OR phone IS NOT NULL OR password_hash IS NOT NULL")
                   .empty());
  });
}

BOOST_AUTO_TEST_CASE(what_races_with_a_deletion_leaves_nothing_behind) {
  running_customer shop;
  for (int round = 0; round < 10; ++round) {
    const auto token = shop.member("a" + std::to_string(round) + "@example.org").text("accessToken");
    const auto answers = at_once(9, [&](int i) {
      if (i == 4) return shop.call("DELETE", "/profile", {}, token);
      if (i % 3 == 0) return shop.call("PATCH", "/profile", R"({"name":"Ada"})", token);
      return shop.call("POST", "/addresses", some_address, token);
    });
    BOOST_TEST(with_status(answers, 204) == 1);
    for (const auto& each : answers)
      BOOST_TEST((each.status == 204 || each.status == 200 || each.status == 201 || each.status == 401),
                 each.body);
    BOOST_TEST(shop.count("address") == 0);
    BOOST_TEST(shop.count("customer WHERE name IS NOT NULL") == 0);
  }
}

BOOST_AUTO_TEST_CASE(revoked_sessions_can_be_asked_for_over_the_broker) {
  running_customer shop;
  BOOST_TEST(shop.ask("VIEW_REVOCATIONS", "{}").body == R"({"revocations":[]})");
  const auto ada = shop.member("ada@example.org");
  const auto began = utc_now();
  BOOST_TEST(shop.call("DELETE", "/profile", {}, ada.text("accessToken")).status == 204);

  const auto answer = shop.ask("VIEW_REVOCATIONS", "{}");
  const auto parsed = json::document::parse(answer.body);
  const auto& only = (*json::member(parsed.root(), "revocations"))[0];
  BOOST_TEST(json::integer(only, "customerId").value() == ada.integer("id"));
  const std::string before(json::text(only, "before").value());
  BOOST_TEST(before >= rfc3339(began));
  BOOST_TEST(before.size() == 24U);
  BOOST_TEST(shop.ask("VIEW_CUSTOMERS", "{}").status == 400);
}

BOOST_AUTO_TEST_CASE(a_revocation_is_forgotten_when_no_token_can_be_that_old) {
  running_customer shop;
  shop.schema().as_root([](db::session& s) {
    s.execute("INSERT INTO session_revocation VALUES (1000001, UTC_TIMESTAMP(6) - INTERVAL 15 MINUTE)");
    s.execute("INSERT INTO session_revocation VALUES (1000002, UTC_TIMESTAMP(6) - INTERVAL 17 MINUTE)");
  });
  BOOST_TEST(revocations(shop) == 1U);
  const auto ada = shop.member("ada@example.org").text("accessToken");
  BOOST_TEST(shop.call("DELETE", "/profile", {}, ada).status == 204);
  BOOST_TEST(revocations(shop) == 2U);
  BOOST_TEST(shop.count("session_revocation") == 2);
}

BOOST_AUTO_TEST_CASE(many_deletions_at_once_all_succeed) {
  running_customer shop({4, 64}, {}, {100}, 100, 30s);
  shop.schema().as_root([](db::session& s) {
    for (int i = 1; i <= 50; ++i)
      s.execute("INSERT INTO session_revocation VALUES (?, UTC_TIMESTAMP(6) - INTERVAL 2 HOUR)",
                1'000'000 + i);
  });
  std::vector<std::string> tokens;
  for (int i = 0; i < 20; ++i)
    tokens.push_back(shop.sign_up("a" + std::to_string(i) + "@example.org").text("accessToken"));
  const auto answers = at_once(
      20, [&](int i) { return shop.call("DELETE", "/profile", {}, tokens[static_cast<std::size_t>(i)]); });
  BOOST_TEST(with_status(answers, 204) == 20);
  BOOST_TEST(shop.count("session_revocation") == 20);
}
