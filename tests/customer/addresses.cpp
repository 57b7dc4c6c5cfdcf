// Addresses over HTTP: two customers and an admin.
#include "tests/customer/at_once.hpp"

#include <boost/test/unit_test.hpp>
#include <curl/curl.h>

#include <string>

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

std::string address_in(const std::string& street) {
  json::writer out;
  out.StartObject();
  out.key("street").text(street);
  out.key("city").text("Berlin");
  out.key("postalCode").text("10115");
  out.key("country").text("DE");
  out.EndObject();
  return out.take();
}

std::string path_of(const test::http_answer& made) {
  return "/addresses/" + std::to_string(made.integer("id"));
}

// Ids in the member "addresses".
std::vector<std::int64_t> ids_in(const test::http_answer& answer) {
  std::vector<std::int64_t> ids;
  const auto parsed = json::document::parse(answer.body);
  const auto* all = json::member(parsed.root(), "addresses");
  BOOST_REQUIRE(all != nullptr);
  for (const auto& each : all->GetArray()) ids.push_back(json::integer(each, "id").value());
  return ids;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_address_is_added_listed_replaced_and_removed) {
  running_customer shop;
  const auto token = shop.member("ada@example.org").text("accessToken");
  BOOST_TEST(shop.call("GET", "/addresses", {}, token).body == R"({"addresses":[]})");

  const auto first = shop.call("POST", "/addresses", address_in("First 1"), token);
  BOOST_TEST(first.status == 201);
  BOOST_TEST(first.headers.at("location") == path_of(first));
  BOOST_TEST(first.body == "{\"id\":" + std::to_string(first.integer("id")) +
                               R"(,"street":"First 1","city":"Berlin","state":null,"postalCode":"10115",)"
                               R"("country":"DE"})");
  const auto second = shop.call("POST", "/addresses", address_in("Second 2"), token);
  BOOST_TEST(second.integer("id") > first.integer("id"));
  BOOST_TEST(shop.call("GET", "/addresses", {}, token).body ==
             "{\"addresses\":[" + first.body + "," + second.body + "]}");
  const auto profile = shop.call("GET", "/profile", {}, token);
  BOOST_TEST(profile.body.find("\"addresses\":[" + first.body + "," + second.body + "]") != std::string::npos,
             profile.body);

  const auto changed =
      shop.call("PUT", path_of(first),
                R"({"street":"Calle Mayor 3","city":"Ronda","state":"Andalucía","postalCode":"29400",)"
                R"("country":"Spain","id":99})",
                token);
  BOOST_TEST(changed.status == 200);
  BOOST_TEST(changed.integer("id") == first.integer("id"));
  BOOST_TEST(changed.text("state") == "Andalucía");
  BOOST_TEST(shop.call("PUT", path_of(first), address_in("First 1"), token).body == first.body);
  BOOST_TEST(shop.call("PUT", path_of(first), address_in("First 1"), token).status ==
             200);  // as it is already

  BOOST_TEST(shop.call("DELETE", path_of(first), {}, token).status == 204);
  BOOST_TEST(shop.call("DELETE", path_of(first), {}, token).slug() == "address-not-found");
  BOOST_TEST(shop.call("PUT", path_of(first), address_in("x"), token).slug() == "address-not-found");
  BOOST_TEST(shop.call("GET", "/addresses", {}, token).body == "{\"addresses\":[" + second.body + "]}");
}

BOOST_AUTO_TEST_CASE(anothers_address_is_like_one_that_is_not_there_also_for_an_admin) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org").text("accessToken");
  const auto made = shop.call("POST", "/addresses", address_in("Ada's 1"), ada);
  for (const auto& other : {shop.member("eve@example.org"), shop.member("root@example.org", true)}) {
    const auto token = other.text("accessToken");
    for (const auto* method : {"PUT", "DELETE"}) {
      const auto refused = shop.call(method, path_of(made), address_in("Mine 1"), token);
      const auto unknown = shop.call(method, "/addresses/987654321", address_in("Mine 1"), token);
      for (const auto* answer : {&refused, &unknown}) {
        BOOST_TEST(answer->status == 404);
        BOOST_TEST(answer->slug() == "address-not-found");
        BOOST_TEST(answer->text("detail") == refused.text("detail"));
      }
    }
    BOOST_TEST(shop.call("GET", "/addresses", {}, token).body == R"({"addresses":[]})");
  }
  BOOST_TEST(shop.call("GET", "/addresses", {}, ada).body == "{\"addresses\":[" + made.body + "]}");
  BOOST_TEST(shop.call("GET", "/addresses").status == 401);
  BOOST_TEST(shop.call("PUT", "/addresses/x", address_in("x"), ada).status == 400);
}

BOOST_AUTO_TEST_CASE(the_text_of_an_address_survives_unchanged) {
  running_customer shop;
  const auto token = shop.member("ada@example.org").text("accessToken");
  for (const auto* text :
       {"\xf0\x9f\x8f\xa0 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "\"O'Hara\" `x`",
        "100% _under_ \\n \\ \\\\", " blanks around ", "<b>&amp;</b>", "'; DROP TABLE address; --",
        "\xe2\x80\x8f\xd7\x97\xd7\x99\xd7\xa4\xd7\x94 5\xe2\x80\x8e", "e\xcc\x81 \xc3\xa9 \xe1\xba\x9e"}) {
    const auto made = shop.call("POST", "/addresses", address_in(text), token);
    BOOST_TEST(made.status == 201);
    BOOST_TEST(made.text("street") == text);
    const auto all = shop.call("GET", "/addresses", {}, token);
    BOOST_TEST(all.body.find(made.body) != std::string::npos, all.body);
  }
}

BOOST_AUTO_TEST_CASE(a_bad_address_is_refused_and_its_places_are_named) {
  running_customer shop;
  const auto token = shop.member("ada@example.org").text("accessToken");
  const auto refused = shop.call("POST", "/addresses",
                                 R"({"street":" ","city":"A\u0007","postalCode":"1","country":"DE"})", token);
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(refused.slug() == "invalid-body");
  BOOST_TEST(refused.body.find(R"("pointer":"/street")") != std::string::npos, refused.body);
  BOOST_TEST(refused.body.find(R"("pointer":"/city")") != std::string::npos, refused.body);
  const auto incomplete = shop.call("POST", "/addresses", R"({"street":"a","city":"b"})", token);
  BOOST_TEST(incomplete.status == 400);
  BOOST_TEST(incomplete.slug() == "invalid-body");
  BOOST_TEST(shop.call("POST", "/addresses", "{", token).status == 400);
  BOOST_TEST(shop.count("address") == 0);
}

BOOST_AUTO_TEST_CASE(nobody_gets_more_than_50_addresses_also_at_once) {
  running_customer shop({4, 64}, {}, {100}, 100, 30s);
  const auto token = shop.member("ada@example.org").text("accessToken");
  const auto answers = at_once(70, [&](int i) {
    return shop.call("POST", "/addresses", address_in("Street " + std::to_string(i)), token);
  });
  BOOST_TEST(with_status(answers, 201) == 50);
  BOOST_TEST(with_status(answers, 409) == 20);
  for (const auto& each : answers)
    if (each.status == 409) BOOST_TEST(each.slug() == "too-many-addresses");
  BOOST_TEST(shop.count("address") == 50);

  const auto ids = ids_in(shop.call("GET", "/profile", {}, token));
  BOOST_TEST(ids.size() == 50U);
  BOOST_TEST(std::ranges::is_sorted(ids));
  BOOST_TEST(shop.call("DELETE", "/addresses/" + std::to_string(ids.front()), {}, token).status == 204);
  BOOST_TEST(shop.call("POST", "/addresses", address_in("Again 1"), token).status == 201);

  const auto other = shop.member("eve@example.org").text("accessToken");
  BOOST_TEST(shop.call("POST", "/addresses", address_in("Eve's 1"), other).status == 201);
}

BOOST_AUTO_TEST_CASE(an_address_can_be_asked_for_over_the_broker_for_its_own_customer_only) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org");
  const auto bob = shop.member("bob@example.org");
  const auto made = shop.call("POST", "/addresses", address_in("First 1"), ada.text("accessToken"));
  const auto wanted = [&](const test::http_answer& whose, std::int64_t address) {
    return R"({"customerId":)" + std::to_string(whose.integer("id")) + R"(,"addressId":)" +
           std::to_string(address) + "}";
  };
  const auto found = shop.ask("VIEW_ADDRESS", wanted(ada, made.integer("id")));
  BOOST_TEST(found.status == 200);
  BOOST_TEST(found.body == made.body);
  for (const auto& other : {wanted(bob, made.integer("id")), wanted(ada, made.integer("id") + 1)}) {
    const auto nothing = shop.ask("VIEW_ADDRESS", other);
    BOOST_TEST(nothing.status == 404);
    BOOST_TEST(nothing.body == "null");
  }
  for (const auto* bad : {"{}", "[]", "7", R"({"customerId":1})", R"({"customerId":"1","addressId":1})"})
    BOOST_TEST(shop.ask("VIEW_ADDRESS", bad).status == 400, bad);
  BOOST_TEST(shop.call("DELETE", "/profile", {}, ada.text("accessToken")).status == 204);
  BOOST_TEST(shop.ask("VIEW_ADDRESS", wanted(ada, made.integer("id"))).status == 404);
}
