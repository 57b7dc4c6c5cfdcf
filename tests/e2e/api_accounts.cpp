// Accounts: signing up, sessions and passwords, the profile, addresses, and customers as others see them.
#include "tests/e2e/api_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

namespace mercat::e2e::api {

namespace {

std::string credentials(const std::string& email, const std::string& password) {
  return R"({"email":)" + quoted(email) + R"(,"password":)" + quoted(password) + "}";
}

void walk_sessions(walk& w, const std::string& refresh_token) {
  const auto body = [](const std::string& token) { return R"({"refreshToken":")" + token + R"("})"; };
  const auto* const path = "/api/token/refresh";
  const auto next = w.ask(w.stranger, "POST", path, "200", body(refresh_token), {{"", opened_session}});
  w.ask(w.stranger, "POST", path, "401 refresh-token-invalid", body(refresh_token));
  w.ask(w.stranger, "POST", path, "401 refresh-token-invalid", body(text_of(next, "/refreshToken")));
  w.ask(w.stranger, "POST", path, "401 refresh-token-invalid", body("none"));
  w.ask(w.stranger, "POST", path, "400 invalid-body", R"({"refreshToken":7})");
  w.ask(w.stranger, "POST", "/api/logout", "204", body(refresh_token));
  w.ask(w.stranger, "POST", "/api/logout", "204", body("none"));
  w.ask(w.stranger, "POST", "/api/logout", "400 invalid-body", "{}");
}

void walk_passwords(walk& w, const std::string& email) {
  const auto* const change = R"({"currentPassword":"12345678","newPassword":"87654321"})";
  browser device(url(), w.phone ? iphone : desktop);
  const auto in = device.post("/api/login", credentials(email, "12345678"));
  device.log_in_as(text_of(in, "/accessToken"));
  w.ask(device, "PUT", "/api/password", "400 invalid-body",
        R"({"currentPassword":"12345678","newPassword":"1"})");
  w.ask(device, "PUT", "/api/password", "401 bad-credentials",
        R"({"currentPassword":"not the password","newPassword":"87654321"})");
  w.ask(device, "PUT", "/api/password", "204", change);
  w.ask(w.stranger, "POST", "/api/login", "401 bad-credentials", credentials(email, "12345678"));
  const auto anew = w.ask(w.stranger, "POST", "/api/login", "200", credentials(email, "87654321"));
  for (const auto* path : {"/api/profile", "/api/cart", "/api/products"})
    BOOST_TEST(becomes_true([&] { return device.get(path).status == 401; }, 20s), path);
  device.log_in_as(text_of(anew, "/accessToken"));
  for (const auto* path : {"/api/profile", "/api/cart", "/api/products"})
    BOOST_TEST(device.get(path).status == 200, path);
}

void walk_forgotten_passwords(walk& w) {
  const auto email = fresh_email();
  const auto made = w.ask(w.stranger, "POST", "/api/signup", "201", credentials(email, "12345678"));
  const auto* const forgot = "/api/password/forgot";
  const auto* const reset = "/api/password/reset";
  for (const auto& each : {email, fresh_email(), std::string("nobody")})
    w.ask(w.stranger, "POST", forgot, "204", R"({"email":)" + quoted(each) + "}");
  w.ask(w.stranger, "POST", forgot, "400 invalid-body", R"({"email":7})");
  std::string token;
  BOOST_TEST(becomes_true([&] { return !(token = mailed_reset_token(email)).empty(); }, 20s));
  const auto wanted = [](const std::string& shown, const std::string& password) {
    return R"({"token":)" + quoted(shown) + R"(,"newPassword":)" + quoted(password) + "}";
  };
  w.ask(w.stranger, "POST", reset, "400 invalid-body", wanted(token, "1234567"));
  w.ask(w.stranger, "POST", reset, "400 reset-token-invalid", wanted(std::string(43, 'A'), "87654321"));
  w.ask(w.stranger, "POST", reset, "204", wanted(token, "87654321"));
  w.ask(w.stranger, "POST", reset, "400 reset-token-invalid", wanted(token, "yet another"));
  w.ask(w.stranger, "POST", "/api/login", "401 bad-credentials", credentials(email, "12345678"));
  w.ask(w.stranger, "POST", "/api/login", "200", credentials(email, "87654321"));
  browser device(url(), w.phone ? iphone : desktop);
  device.log_in_as(text_of(made, "/accessToken"));
  for (const auto* path : {"/api/profile", "/api/cart", "/api/products"})
    BOOST_TEST(becomes_true([&] { return device.get(path).status == 401; }, 20s), path);
  const auto ended = R"({"refreshToken":)" + quoted(text_of(made, "/refreshToken")) + "}";
  w.ask(w.stranger, "POST", "/api/token/refresh", "401 refresh-token-invalid", ended);
}

void walk_entries(walk& w) {
  const auto email = fresh_email();
  const auto made = w.ask(w.stranger, "POST", "/api/signup", "201", credentials(email, "12345678"));
  check_shape(made, {"", opened_session});
  w.ask(w.stranger, "POST", "/api/signup", "422 email-taken", credentials(email, "another one"));
  for (const auto* body :
       {R"({"email":"a@b.cd","password":"1234567"})", R"({"email":"nobody","password":"12345678"})",
        R"({"password":"12345678"})", R"({"email":"a@b.cd","password":12345678})"})
    w.ask(w.stranger, "POST", "/api/signup", "400 invalid-body", body);
  w.ask(w.stranger, "POST", "/api/login", "200", credentials(email, "12345678"), {{"", opened_session}});
  walk_sessions(w, text_of(made, "/refreshToken"));
  walk_passwords(w, email);
  walk_forgotten_passwords(w);
  w.ask(w.stranger, "POST", "/api/login", "401 bad-credentials", credentials(email, "wrong password"));
  w.ask(w.stranger, "POST", "/api/login", "401 bad-credentials", credentials(fresh_email(), "12345678"));
  w.ask(w.stranger, "POST", "/api/login", "400 invalid-body", R"({"email":"a@b.cd"})");
}

void walk_profile(walk& w) {
  auto& ann = w.ann.device;
  w.ask(ann, "PATCH", "/api/profile", "200", R"({"name":"Ann","phone":"+49 30 1234567"})",
        {{"", w.customer()}});
  const auto profile = w.ask(ann, "GET", "/api/profile", "200", {}, {{"", w.customer()}});
  BOOST_TEST(text_of(profile, "/name") == "Ann");
  BOOST_TEST(text_of(profile, "/phone") == "+49 30 1234567");
  BOOST_TEST(text_of(w.ask(ann, "PATCH", "/api/profile", "200", R"({"phone":null})"), "/name") == "Ann");
  w.ask(ann, "PATCH", "/api/profile", "400 invalid-body", R"({"phone":"call me"})");
  w.ask(ann, "PATCH", "/api/profile", "400 invalid-body", R"({"name":7})");
}

void walk_addresses(walk& w) {
  auto& ann = w.ann.device;
  const std::string home = R"({"street":"1 Main St","city":"Berlin","postalCode":"10115","country":"DE"})";
  const auto added = w.ask(ann, "POST", "/api/addresses", "201", home, {{"", address}});
  const auto path = "/api/addresses/" + number_of(added, "/id");
  w.ask(ann, "POST", "/api/addresses", "400 invalid-body", R"({"street":"1 Main St"})");
  w.ask(ann, "GET", "/api/addresses", "200", {}, {{"", "addresses"}, {"/addresses/0", address}});
  w.ask(ann, "PUT", path, "200",
        R"({"street":"2 Main St","city":"Berlin","state":"BE","postalCode":"10115","country":"Germany"})",
        {{"", address}});
  w.ask(ann, "PUT", path, "400 invalid-body", R"({"street":""})");
  w.ask(w.bob.device, "PUT", path, "404 address-not-found", home);
  w.ask(w.bob.device, "DELETE", path, "404 address-not-found");
  if (!w.phone) {
    const auto whole = ann.get("/api/profile");
    BOOST_TEST(text_of(whole, "/addresses/0/street") == "2 Main St");
  }
  w.ask(ann, "DELETE", path, "204");
  w.ask(ann, "DELETE", path, "404 address-not-found");
  w.ask(ann, "PUT", path, "404 address-not-found", home);
}

void walk_customers(walk& w) {
  auto& ann = w.ann.device;
  const auto own = "/api/customers/" + std::to_string(w.ann.who.id);
  w.ask(ann, "GET", own, "200", {}, {{"", w.customer()}});
  w.ask(w.admin.device, "GET", own, "200", {}, {{"", w.customer()}});
  w.ask(w.bob.device, "GET", own, "404 customer-not-found");
  w.ask(w.admin.device, "GET", "/api/customers/999999999", "404 customer-not-found");
  const auto by_mail = "/api/customers?userId=" + w.ann.who.email;
  w.ask(ann, "GET", by_mail, "200", {}, {{"", w.customer()}});
  w.ask(w.admin.device, "GET", by_mail, "200", {}, {{"", w.customer()}});
  w.ask(w.bob.device, "GET", by_mail, "404 customer-not-found");
  w.ask(w.admin.device, "GET", "/api/customers?userId=" + fresh_email(), "404 customer-not-found");
  w.ask(w.admin.device, "GET", "/api/customers", "400");
}

}  // namespace

void walk_accounts(walk& w) {
  walk_entries(w);
  walk_profile(w);
  walk_addresses(w);
  walk_customers(w);
}

}  // namespace mercat::e2e::api
