// What every row says alike to those it turns away and to what is no proper request.
#include "tests/e2e/api_table.hpp"

#include <boost/test/unit_test.hpp>

namespace mercat::e2e::api {

namespace {

std::string with_ids(std::string path) {
  for (const auto* name : {"{id}", "{productId}"})
    if (const auto at = path.find(name); at != std::string::npos)
      path.replace(at, std::string_view{name}.size(), "999999999");
  return path;
}

struct call {
  std::string method;
  std::string target;
  bool has_body;
};

// A request of this row, about nothing that exists.
call call_of(const row& each) {
  const auto space = each.route.find(' ');
  const auto method = each.route.substr(0, space);
  const bool has_body = method == "POST" || method == "PUT" || method == "PATCH";
  return {method, with_ids(each.route.substr(space + 1)), has_body};
}

}  // namespace

// Token, role and body are looked at in this order, before anything is done.
void walk_common_errors(walk& w) {
  for (const auto& each : table()) {
    const auto [method, target, has_body] = call_of(each);
    if (!target.starts_with("/api")) continue;
    const auto body = has_body ? std::optional<std::string>{"{"} : std::nullopt;
    browser forged(url(), w.phone ? iphone : desktop);
    forged.authorization("Bearer not.a.token");
    w.ask(forged, method, target, "401 token-invalid", body);
    if (each.who != access::open) w.ask(w.stranger, method, target, "401 token-required", body);
    if (each.who == access::admin) w.ask(w.ann.device, method, target, "403 role-required", body);
    const auto refused = w.ask(w.stranger, target == "/api/profile" ? "PUT" : "PATCH", target, "405");
    BOOST_TEST(refused.header("allow").find(method) != std::string::npos);
    if (!has_body || target.ends_with("/cancel")) continue;  // a cancel says everything by its path
    auto& device = w.allowed(each.who);
    w.ask(device, method, target, "400 malformed-json", R"({"a":1,})");
    w.ask(device, method, target, "400 malformed-json", R"({"a":1,"a":2})");
    w.ask(device, method, target, "400 malformed-json", "{} trailing");
    w.ask(device, method, target, "400 malformed-json", "{\"a\":\"\xC3\x28\"}");
    w.ask(device, method, target, "400 invalid-body", "[]");
    w.ask(device, method, target, "413 body-too-large", std::string(600 * 1024, ' '));
    device.header("Content-Type", "text/plain");
    w.ask(device, method, target, "415 unsupported-media-type", "{}");
    device.forget_header("Content-Type");
  }
}

// Who has deleted the own account is turned away everywhere, soon after.
void walk_away(walk& w) {
  auto& bob = w.bob.device;
  w.ask(bob, "DELETE", "/api/profile", "204");
  for (const auto& each : table()) {
    if (each.who != access::user) continue;
    const auto asked = call_of(each);
    const auto* const body = asked.has_body ? "{}" : "";
    BOOST_TEST(is_soon_refused([&] { return bob.send(asked.method, asked.target, body); }));
    w.ask(bob, asked.method, asked.target, "401 token-invalid",
          asked.has_body ? std::optional<std::string>{body} : std::nullopt);
  }
  BOOST_TEST(is_soon_refused([&] { return bob.get("/api/products"); }));
}

}  // namespace mercat::e2e::api
