// One device asking, and what must hold of every answer.
#include "tests/e2e/api_table.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidjson/pointer.h>

#include <iterator>
#include <sstream>

namespace mercat::e2e::api {

namespace {

// What a route calls this part of a path, by the part before it.
std::string in_route(const std::string& before, const std::string& part) {
  if (before == "wishlist" || (before == "cart" && part != "merge")) return "{productId}";
  if (before == "addresses" || before == "customers" || before == "orders") return "{id}";
  if (before == "products" && part != "ids") return "{id}";
  return part;
}

// The row that this request belongs to.
std::string route_of(const std::string& method, const std::string& target) {
  std::istringstream parts(target.substr(0, target.find('?')));
  std::string route = method + " ";
  std::string before;
  for (std::string part; std::getline(parts, part, '/');) {
    if (part.empty()) continue;
    route += "/" + in_route(before, part);
    before = part;
  }
  return route;
}

std::set<std::string> words(const char* text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>{in}, {}};
}

void check_problem(const answer& received) {
  BOOST_TEST(!received.problem().empty());
  const auto document = received.json();
  for (const auto* member : {"type", "title", "status", "detail", "instance", "requestId"})
    BOOST_TEST(document.root().HasMember(member), member);
  BOOST_TEST(document.root()["status"].GetInt() == received.status);
}

}  // namespace

walk::walk(std::string_view agent)
    : name(agent == iphone ? "mobile" : "web"),
      phone(agent == iphone),
      admin(staff(agent)),
      ann(new_customer(agent)),
      bob(new_customer(agent)),
      stranger(url(), agent) {}

answer walk::ask(browser& device, const std::string& method, const std::string& target,
                 const std::string& expected, std::optional<std::string> body,
                 const std::vector<shape>& shapes) {
  const auto received = body ? device.send(method, target, *body) : device.send(method, target);
  BOOST_TEST_CONTEXT(name << " " << method << " " << target << " " << body.value_or("").substr(0, 200)
                          << " -> " << received.status << " " << received.failure
                          << received.body.substr(0, 400)) {
    const auto slug = received.problem();
    const auto is = std::to_string(received.status) + (slug.empty() ? "" : " " + slug);
    BOOST_TEST((is == expected || std::to_string(received.status) == expected), "expected " << expected);
    answered[route_of(method, target)].insert(expected);
    if (target.starts_with("/api")) {
      BOOST_TEST(received.header("x-bff") == name);
      BOOST_TEST(!received.header("x-request-id").empty());
    }
    if (received.status >= 400) check_problem(received);
    for (const auto& each : shapes) check_shape(received, each);
  }
  return received;
}

answer walk::order(const std::string& key, const std::string& expected, const std::string& body,
                   const std::vector<shape>& shapes) {
  ann.device.header("Idempotency-Key", key);
  auto received = ask(ann.device, "POST", "/api/orders", expected, body, shapes);
  ann.device.forget_header("Idempotency-Key");
  return received;
}

browser& walk::allowed(access who) {
  if (who == access::open) return stranger;
  return who == access::admin ? admin.device : ann.device;
}

void check_shape(const answer& received, const shape& wanted) {
  const auto document = received.json();
  const auto* found = rapidjson::Pointer(wanted.pointer).Get(document.root());
  BOOST_REQUIRE_MESSAGE(found != nullptr && found->IsObject(), "no object at " << wanted.pointer);
  std::set<std::string> members;
  for (const auto& each : found->GetObject()) members.insert(each.name.GetString());
  BOOST_TEST(members == words(wanted.members), boost::test_tools::per_element());
}

std::string text_of(const answer& received, const char* pointer) {
  const auto document = received.json();
  const auto* found = rapidjson::Pointer(pointer).Get(document.root());
  return found != nullptr && found->IsString() ? found->GetString() : "";
}

std::string number_of(const answer& received, const char* pointer) {
  const auto document = received.json();
  const auto* found = rapidjson::Pointer(pointer).Get(document.root());
  if (found == nullptr) return "absent";
  json::writer out;
  found->Accept(out);
  return out.take();
}

}  // namespace mercat::e2e::api
