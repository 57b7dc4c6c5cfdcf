// The life of an account over HTTP, on a real MariaDB and RabbitMQ.
#include "customer/demo_users.hpp"
#include "tests/customer/at_once.hpp"
#include "tests/customer/running_customer.hpp"

#include <boost/test/unit_test.hpp>
#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

using namespace mercat;
using namespace std::chrono_literals;
using test::at_once;
using test::running_customer;
using test::with_status;

namespace {

struct libcurl {
  libcurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~libcurl() { curl_global_cleanup(); }
};
BOOST_TEST_GLOBAL_FIXTURE(libcurl);

std::string deletion_of(std::int64_t id) {
  return "{\"customerId\":" + std::to_string(id) + "}";
}

// The body without what differs from one request to the next.
std::string without_request_id(std::string body) {
  const auto id = body.find("\"requestId\":\"");
  BOOST_REQUIRE(id != std::string::npos);
  const auto value = id + 13;
  return body.erase(value, body.find('"', value) - value);
}

template <class Call>
std::chrono::steady_clock::duration fastest_of(int times, Call call) {
  auto fastest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < times; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    fastest = std::min(fastest, std::chrono::steady_clock::now() - begin);
  }
  return fastest;
}

}  // namespace

BOOST_AUTO_TEST_CASE(who_signs_up_is_logged_in_and_has_a_profile) {
  running_customer shop;
  const auto made = shop.call("POST", "/signup",
                              R"({"email":" Ada@Example.org ","password":"correct horse","name":"Zoë 李",)"
                              R"("phone":"+49 30 1234567","role":"admin","id":99})");
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.text("email") == "Ada@Example.org");
  BOOST_TEST(made.text("name") == "Zoë 李");
  BOOST_TEST(made.text("role") == "user");
  BOOST_TEST(made.text("tokenType") == "Bearer");
  BOOST_TEST(made.integer("expiresIn") == 900);
  BOOST_TEST(made.text("refreshToken").size() == 43U);
  BOOST_TEST(made.body.find("argon2") == std::string::npos);

  const auto profile = shop.call("GET", "/profile", {}, made.text("accessToken"));
  BOOST_TEST(profile.status == 200);
  BOOST_TEST(profile.integer("id") == made.integer("id"));
  BOOST_TEST(profile.text("phone") == "+49 30 1234567");
  BOOST_TEST(profile.text("createdAt").size() == 24U);
  BOOST_TEST(profile.body.find("\"addresses\":[]") != std::string::npos);

  const auto again = shop.log_in("ADA@example.ORG");
  BOOST_TEST(again.status == 200);
  BOOST_TEST(again.integer("id") == made.integer("id"));
  BOOST_TEST(shop.call("GET", "/profile", {}, again.text("accessToken")).status == 200);
}

BOOST_AUTO_TEST_CASE(an_email_in_other_case_is_taken) {
  running_customer shop;
  BOOST_TEST(shop.sign_up("ada@example.org").status == 201);
  const auto second = shop.sign_up("ADA@Example.ORG");
  BOOST_TEST(second.status == 422);
  BOOST_TEST(second.slug() == "email-taken");
  BOOST_TEST(second.headers.at("content-type") == "application/problem+json");
}

BOOST_AUTO_TEST_CASE(of_many_sign_ups_with_one_email_exactly_one_succeeds) {
  running_customer shop;
  for (int round = 0; round < 3; ++round) {
    const auto email = "race" + std::to_string(round) + "@example.org";
    const auto answers =
        at_once(12, [&](int i) { return shop.sign_up(i % 2 == 0 ? email : "R" + email.substr(1)); });
    BOOST_TEST(with_status(answers, 201) == 1);
    BOOST_TEST(with_status(answers, 422) == 11);
  }
  BOOST_TEST(shop.count("customer") == 3);
  BOOST_TEST(shop.events(3).size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_and_an_unknown_email_are_answered_alike) {
  running_customer shop;
  BOOST_TEST(shop.sign_up("ada@example.org").status == 201);
  const auto wrong = shop.log_in("ada@example.org", "wrong horse");
  const auto unknown = shop.log_in("eve@example.org", "wrong horse");
  const auto no_address = shop.log_in("nobody", "wrong horse");
  BOOST_TEST(wrong.status == 401);
  BOOST_TEST(wrong.slug() == "bad-credentials");
  BOOST_TEST(wrong.headers.contains("www-authenticate"));
  for (const auto* other : {&unknown, &no_address}) {
    BOOST_TEST(other->status == wrong.status);
    BOOST_TEST(without_request_id(other->body) == without_request_id(wrong.body));
    BOOST_TEST(other->headers.at("www-authenticate") == wrong.headers.at("www-authenticate"));
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_email_costs_the_same_work) {
  running_customer shop;
  BOOST_TEST(shop.sign_up("ada@example.org").status == 201);
  const auto wrong = fastest_of(7, [&] { static_cast<void>(shop.log_in("ada@example.org", "wrong horse")); });
  const auto unknown =
      fastest_of(7, [&] { static_cast<void>(shop.log_in("eve@example.org", "wrong horse")); });
  // Without the work it would be a hundredth; on a shared machine, closer bounds would measure the
  // neighbours.
  BOOST_TEST((unknown > wrong / 5));
  BOOST_TEST((wrong > unknown / 5));
}

BOOST_AUTO_TEST_CASE(a_deleted_account_is_gone_and_its_email_free) {
  running_customer shop;
  const auto made = shop.sign_up("ada@example.org");
  const auto token = made.text("accessToken");
  BOOST_TEST(shop.call("DELETE", "/profile", {}, token).status == 204);

  for (const auto* method : {"GET", "DELETE"}) {
    const auto refused = shop.call(method, "/profile", {}, token);
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(refused.slug() == "token-invalid");
  }
  BOOST_TEST(shop.log_in("ada@example.org").status == 401);
  shop.schema().as_root([](db::session& s) {
    BOOST_TEST(
        s.query(
             "SELECT id FROM customer WHERE email IS NOT NULL OR email_key IS NOT NULL OR name IS NOT NULL "
             "OR phone IS NOT NULL OR password_hash IS NOT NULL")
            .empty());
  });
  const auto anew = shop.sign_up("ada@example.org");
  BOOST_TEST(anew.status == 201);
  BOOST_TEST(anew.integer("id") > made.integer("id"));
}

BOOST_AUTO_TEST_CASE(sign_up_and_deletion_publish_one_event_each) {
  running_customer shop;
  const auto made = shop.sign_up("Ada@example.org");
  BOOST_TEST(shop.sign_up("ada@example.org").status == 422);
  const auto signed_up = shop.events(1);
  BOOST_REQUIRE(signed_up.size() == 1U);
  BOOST_TEST(signed_up[0] == "{\"customerId\":" + std::to_string(made.integer("id")) +
                                 R"(,"email":"Ada@example.org","name":null})");

  const auto answers =
      at_once(8, [&](int) { return shop.call("DELETE", "/profile", {}, made.text("accessToken")); });
  BOOST_TEST(with_status(answers, 204) == 1);
  BOOST_TEST(with_status(answers, 401) == 7);
  const auto deleted = shop.events(1);
  BOOST_REQUIRE(deleted.size() == 1U);
  BOOST_TEST(deleted[0] == deletion_of(made.integer("id")));
  BOOST_TEST(test::eventually([&] { return shop.count("outbox") == 0; }));
}

BOOST_AUTO_TEST_CASE(a_sign_up_while_the_broker_is_away_is_published_later) {
  running_customer shop;
  shop.broker_gate().refuse();
  shop.broker_gate().close();
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(shop.sign_up("a" + std::to_string(i) + "@example.org").status == 201);
  BOOST_TEST(shop.count("outbox") == 5);
  shop.broker_gate().pass();
  BOOST_TEST(shop.events(5).size() == 5U);
  BOOST_TEST(test::eventually([&] { return shop.count("outbox") == 0; }));
}

BOOST_AUTO_TEST_CASE(what_breaks_a_rule_is_named_by_its_place) {
  running_customer shop;
  const std::vector<std::pair<std::string, std::string>> wrong{
      {R"({"email":"nobody","password":"correct horse"})", "/email"},
      {R"({"email":"ada@example.org\r\nBcc: x@y.zz","password":"correct horse"})", "/email"},
      {R"({"email":"ada@example.org","password":"1234567"})", "/password"},
      {R"({"email":"ada@example.org","password":"correct horse","name":"A\u0007B"})", "/name"},
      {R"({"email":"ada@example.org","password":"correct horse","phone":"call me"})", "/phone"},
      {R"({"email":"ada@example.org"})", "/password"},
  };
  for (const auto& [body, place] : wrong) {
    const auto refused = shop.call("POST", "/signup", body);
    BOOST_TEST(refused.status == 400);
    BOOST_TEST(refused.slug() == "invalid-body");
    BOOST_TEST(refused.body.find("\"pointer\":\"" + place + "\"") != std::string::npos, refused.body);
  }
  BOOST_TEST(shop.call("POST", "/signup", "{").status == 400);
  BOOST_TEST(shop.call("GET", "/profile").status == 401);
  BOOST_TEST(shop.count("customer") == 0);
}

BOOST_AUTO_TEST_CASE(a_flood_of_log_ins_is_turned_away_beyond_the_bound) {
  running_customer shop({1, 2});
  BOOST_TEST(shop.sign_up("ada@example.org").status == 201);
  const auto answers = at_once(30, [&](int) { return shop.log_in("ada@example.org"); });
  const auto served = with_status(answers, 200);
  const auto turned_away = with_status(answers, 503);
  BOOST_TEST(served >= 1);
  BOOST_TEST(turned_away >= 1);
  BOOST_TEST(served + turned_away + with_status(answers, 504) == 30);  // 504: its time was over in the queue
  for (const auto& each : answers)
    if (each.status == 503) BOOST_TEST(each.headers.contains("retry-after"));
  BOOST_TEST(shop.log_in("ada@example.org").status == 200);
}

BOOST_AUTO_TEST_CASE(demo_users_are_made_once_and_get_no_mail) {
  running_customer shop;
  customer::settings configured;
  configured.database = shop.schema().options();
  customer::seed_demo_users(configured);
  customer::seed_demo_users(configured);
  BOOST_TEST(shop.count("customer") == 2);
  BOOST_TEST(shop.count("outbox") == 0);
  BOOST_TEST(shop.log_in("admin@mercat.test", "mercat-demo-1").text("role") == "admin");
  BOOST_TEST(shop.log_in("user@mercat.test", "mercat-demo-1").text("role") == "user");
}

BOOST_AUTO_TEST_CASE(the_trace_of_a_request_goes_on_in_its_events_unless_it_is_none) {
  running_customer shop;
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto body = R"({"email":"ada@example.org","password":"correct horse"})";
  const auto made = shop.call("POST", "/signup", body, {}, trace);
  BOOST_TEST(made.status == 201);
  BOOST_TEST(shop.traces(1) == std::vector<std::string>{trace}, boost::test_tools::per_element());
  BOOST_TEST(shop.call("DELETE", "/profile", {}, made.text("accessToken"), trace).status == 204);
  BOOST_TEST(shop.traces(1) == std::vector<std::string>{trace}, boost::test_tools::per_element());
  BOOST_TEST(shop.call("POST", "/signup", body, {}, "00-not-a-trace").status == 201);
  BOOST_TEST(shop.traces(1) == std::vector<std::string>{""}, boost::test_tools::per_element());
}

// Mail programs take such an address for an option, so none is added; who has one keeps the account.
BOOST_AUTO_TEST_CASE(an_email_that_begins_with_a_hyphen_cannot_sign_up_but_can_log_in) {
  running_customer shop;
  const auto refused = shop.sign_up("-ada@example.org");
  BOOST_TEST(refused.status == 400, refused.body);
  BOOST_TEST(refused.slug() == "invalid-body");
  BOOST_TEST(refused.body.find("must not begin with a hyphen") != std::string::npos, refused.body);
  BOOST_TEST(shop.count("customer") == 0);

  BOOST_TEST(shop.sign_up("ada@example.org").status == 201);
  shop.schema().as_root([](db::session& s) {
    s.execute("UPDATE customer SET email = '-ada@example.org', email_key = '-ada@example.org'");
  });
  const auto in = shop.log_in("-ada@example.org");
  BOOST_TEST(in.status == 200, in.body);
  BOOST_TEST(shop.call("DELETE", "/profile", {}, in.text("accessToken")).status == 204);
}
