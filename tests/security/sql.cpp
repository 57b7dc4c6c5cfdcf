// Texts with a meaning in every field that takes a text: kept and given back letter by letter, found by
// nothing but themselves, and never the cause of a 500 or of a long wait.
#include "common/uuid.hpp"
#include "tests/e2e/world.hpp"
#include "tests/security/group.hpp"
#include "tests/security/people.hpp"
#include "tests/security/texts.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace mercat;
using namespace mercat::security;

namespace {

constexpr std::chrono::milliseconds no_pause{2'000};

std::string encoded(const std::string& text) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) out += {'%', digits[c >> 4U], digits[c & 15U]};
  return out;
}

std::string json_of(const std::string& text) {
  return e2e::quoted(text);
}

// Blanks at both ends are nobody's: names lose them, streets keep them.
std::string_view trimmed(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

// "kept" when each of the members has the text.
std::string kept(const e2e::answer& received, const std::vector<const char*>& members,
                 const std::string& text) {
  if (received.status != 200 && received.status != 201) return spelled(received);
  const auto document = received.json();
  for (const auto* name : members)
    if (trimmed(json::text(document.root(), name).value_or("absent")) != trimmed(text))
      return std::string("other in ") + name;
  return "kept";
}

void in_time(group& all, const std::string& name, const place& where, const std::string& expected,
             const request& sent) {
  const auto received = ask(where, sent);
  all.judge(name, where.name, expected, received.took < no_pause ? spelled(received) : "too late");
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_stored_comes_back_as_it_was) {
  group all("texts stored", "API8");
  const auto ann = sign_up();
  const auto& admin = an_admin().token;
  for (const auto& [name, text] : loaded_texts()) {
    const auto given = json_of(text);
    for (const auto& where : places_of("/profile")) {
      const auto profile = ask(where, {"PATCH", "/profile", "{\"name\":" + given + "}", ann.token});
      all.judge("a name: " + std::string(name), where.name, "kept", kept(profile, {"name"}, text));
      const auto address =
          ask(where, {"POST", "/addresses",
                      R"({"street":)" + given + ",\"city\":" + given + ",\"state\":" + given +
                          ",\"country\":" + given + R"(,"postalCode":"1"})",
                      ann.token});
      all.judge("an address: " + std::string(name), where.name, "kept",
                kept(address, {"street", "city", "state", "country"}, text));
      if (address.status == 201)
        (void)ask(where, {"DELETE",
                          "/addresses/" + std::to_string(json::integer(address.json().root(), "id").value()),
                          {},
                          ann.token});
    }
    for (const auto& where : places_of("/products")) {
      const auto made =
          ask(where, {"POST", "/products",
                      R"({"sku":"A)" + uuid_v7().substr(9) + R"(","price":1,"name":)" + given +
                          ",\"type\":" + given + ",\"description\":" + given + ",\"supplier\":" + given +
                          ",\"banner\":" + given + ",\"unit\":\"1\"}",
                      admin});
      all.judge("a product: " + std::string(name), where.name, "kept",
                kept(made, {"name", "type", "description", "supplier", "banner"}, text));
      if (made.status == 201)
        (void)ask(where, {"DELETE",
                          "/products/" + std::to_string(json::integer(made.json().root(), "id").value()),
                          {},
                          admin});
    }
  }
  all.finish();
}

BOOST_AUTO_TEST_CASE(what_is_asked_with_is_compared_and_nothing_else) {
  group all("texts asked with", "API8");
  const auto& token = a_customer().token;
  const auto& admin = an_admin().token;
  int clients = 0;
  for (const auto& [name, text] : loaded_texts()) {
    const auto escaped = encoded(text);
    const auto given = json_of(text);
    const auto row = [&](const std::string& what, const request& sent, const std::string& expected,
                         const std::string& at_edge = {}) {
      for (const auto& where : places_of(sent.path))
        in_time(all, what + ": " + name, where, where.is_edge() && !at_edge.empty() ? at_edge : expected,
                sent);
    };
    row("q", {.path = "/products?q=" + escaped}, "200|400 invalid-query");
    row("category", {.path = "/products?category=" + escaped}, "200");
    for (const auto* parameter : {"sort", "cursor", "minPrice", "limit"})
      row(parameter, {.path = "/products?" + std::string(parameter) + "=" + escaped}, "400");
    row("userId", {.path = "/customers?userId=" + escaped, .token = token}, "404 customer-not-found");
    row("an order's id", {.path = "/orders/" + escaped, .token = token},
        "404 order-not-found|400 malformed-path", "404|400");
    row("a product's id", {.path = "/products/" + escaped}, "400 malformed-id", "400|404");
    row("status", {.path = "/admin/orders?status=" + escaped, .token = admin}, "400 invalid-status");
    row("a refresh token", {"POST", "/token/refresh", "{\"refreshToken\":" + given + "}"},
        "401 refresh-token-invalid");
    // As if from another client each time: guesses are counted, and what is no address counts as one account.
    const auto client = "198.51.100." + std::to_string(++clients);
    row("a log-in's e-mail",
        {.method = "POST",
         .path = "/login",
         .body = R"({"password":"x","email":)" + given + "}",
         .headers = {{"X-Forwarded-For", client}}},
        "401 bad-credentials");
    row("a sign-up's e-mail", {"POST", "/signup", R"({"password":"correct horse","email":)" + given + "}"},
        "400 invalid-body");
    row("a telephone", {"PATCH", "/profile", "{\"phone\":" + given + "}", token}, "400 invalid-body");
    row("an unknown member's name", {"PATCH", "/profile", "{" + given + ":1}", token}, "200");
    row("an unknown parameter's name", {.path = "/products?limit=1&" + escaped + "=1"}, "200");
  }
  all.finish();
}

// The wildcards of LIKE and the operators of full-text search are letters like others.
BOOST_AUTO_TEST_CASE(a_search_finds_what_was_written) {
  group all("texts searched", "API8");
  const auto mark = uuid_v7().substr(24);
  const auto& admin = an_admin().token;
  const std::vector<std::string> terms{"50%off", "50_off", "50xoff",  "\"quoted\"",  "+plus",
                                       "-minus", "*star",  "o'neill", "back\\slash", "(paren)",
                                       "~tilde", "<less",  "@at"};
  std::vector<std::string> ids;
  for (const auto& term : terms)
    ids.push_back(std::to_string(
        json::integer(
            e2e::expect(201, ask(the("products"), {"POST", "/products",
                                                   R"({"sku":"A)" + uuid_v7().substr(9) + R"(","type":)" +
                                                       json_of(mark + term) + R"(,"price":1,"name":)" +
                                                       json_of(mark + " " + term) + "}",
                                                   admin}))
                .json()
                .root(),
            "id")
            .value()));
  const auto found = [&](const place& where, const std::string& query) {
    const auto received = ask(where, {.path = "/products?limit=100&" + query});
    if (received.status != 200) return spelled(received);
    std::string all_ids;
    const auto document = received.json();
    for (const auto& each : document.root()["products"].GetArray())
      all_ids += (all_ids.empty() ? "" : ",") + std::to_string(json::integer(each, "id").value());
    return all_ids.empty() ? "nothing" : all_ids;
  };
  for (const auto& where : places_of("/products")) {
    for (std::size_t i = 0; i < terms.size(); ++i) {
      all.judge("q = " + terms[i], where.name, ids[i], found(where, "q=" + encoded(mark + " " + terms[i])));
      all.judge("category = " + terms[i], where.name, ids[i],
                found(where, "category=" + encoded(mark + terms[i])));
    }
    for (const auto* wild : {"50%", "%", "_", "50?off", "*"})
      all.judge(std::string("category = ") + wild, where.name, "nothing",
                found(where, "category=" + encoded(mark + wild)));
    all.judge("q = 50%o%f", where.name, "nothing", found(where, "q=" + encoded(mark + " 50%o%f")));
    all.judge("q = 5__off", where.name, "nothing", found(where, "q=" + encoded(mark + " 5__off")));
  }
  for (const auto& id : ids) (void)ask(the("products"), {"DELETE", "/products/" + id, {}, admin});
  all.finish();
}
