// Staff is made by ./mercat admin and by nothing else, and unmade within seconds, at every service.
#include "tests/e2e/shop.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

struct tokens {
  std::string access;
  std::string refresh;
};

tokens log_in(const account& who) {
  browser device(url());
  const auto received =
      device.post("/api/login", R"({"email":")" + who.email + R"(","password":")" + who.password + R"("})");
  BOOST_REQUIRE_EQUAL(received.status, 200);
  const auto body = received.json();
  return {std::string(json::text(body.root(), "accessToken").value()),
          std::string(json::text(body.root(), "refreshToken").value())};
}

int status_of(const std::string& path, const std::string& token) {
  browser device(url());
  device.log_in_as(token);
  return device.get(path).status;
}

// A route of staff, at shopping through a BFF.
constexpr auto staff_only = "/api/admin/orders";

}  // namespace

BOOST_AUTO_TEST_CASE(a_granted_role_counts_from_the_next_log_in_and_a_revoked_one_no_more_at_once) {
  browser device(url());
  const auto who = sign_up(device);
  BOOST_TEST(status_of(staff_only, who.token) == 403);

  BOOST_TEST(output_of("admin grant " + who.email).find("has the role admin now") != std::string::npos);
  BOOST_TEST(becomes_true([&] { return status_of(staff_only, who.token) == 401; }, 20s),
             "a token with the former role is still accepted");
  const auto staff = log_in(who);
  BOOST_TEST(status_of(staff_only, staff.access) == 200);
  BOOST_TEST(output_of("admin list").find(who.email) != std::string::npos);
  BOOST_TEST(output_of("admin grant " + who.email).find("already") != std::string::npos);
  BOOST_TEST(status_of(staff_only, staff.access) == 200);

  BOOST_TEST(command("admin revoke " + who.email) == 0);
  for (const auto* path : {staff_only, "/api/profile", "/api/cart", "/api/products"})
    BOOST_TEST(becomes_true([&] { return status_of(path, staff.access) == 401; }, 20s), path);
  BOOST_TEST(device.post("/api/token/refresh", R"({"refreshToken":")" + staff.refresh + R"("})").status ==
             401);
  BOOST_TEST(status_of(staff_only, log_in(who).access) == 403);
  BOOST_TEST(output_of("admin list").find(who.email) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_address_is_trouble_and_changes_nobody) {
  const auto before = output_of("admin list");
  BOOST_TEST(command("admin grant " + fresh_email()) != 0);
  BOOST_TEST(command("admin grant 'no address'") != 0);
  BOOST_TEST(command("admin grant") != 0);
  BOOST_TEST(output_of("admin list") == before);
}

BOOST_AUTO_TEST_CASE(a_role_in_the_body_of_a_sign_up_is_ignored) {
  browser device(url());
  const auto made = device.post("/api/signup", R"({"email":")" + fresh_email() +
                                                   R"(","password":"correct horse battery","role":"admin"})");
  BOOST_REQUIRE_EQUAL(made.status, 201);
  const auto body = made.json();
  BOOST_TEST(json::text(body.root(), "role").value() == "user");
  BOOST_TEST(status_of(staff_only, std::string(json::text(body.root(), "accessToken").value())) == 403);
}
