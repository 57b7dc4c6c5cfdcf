// What the shop is for, from a browser's side: sign up, get the mail, log in, browse, fill the cart, leave.
#include "tests/e2e/databases.hpp"
#include "tests/e2e/shop.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

std::string credentials(const std::string& email, const std::string& password) {
  return R"({"email":")" + email + R"(","password":")" + password + R"("})";
}

std::set<std::string> member_names(const json::value& object) {
  std::set<std::string> names;
  for (const auto& each : object.GetObject()) names.insert(each.name.GetString());
  return names;
}

std::int64_t lines_of(databases& all, std::int64_t customer) {
  return all.number("SELECT COUNT(*) FROM mercat_shopping.cart_line WHERE customer_id = " +
                    std::to_string(customer));
}

std::size_t cart_size(browser& device) {
  const auto received = device.get("/api/cart");
  BOOST_REQUIRE_EQUAL(received.status, 200);
  return received.json().root()["items"].Size();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_sign_up_answers_201_with_tokens_that_work) {
  browser device(url());
  const auto email = fresh_email();
  const auto received =
      device.post("/api/signup", R"({"email":")" + email + R"(","password":"12345678","name":"Zoë 🛒"})");
  BOOST_REQUIRE_EQUAL(received.status, 201);
  const auto document = received.json();
  const auto& body = document.root();
  BOOST_TEST(json::text(body, "email").value() == email);
  BOOST_TEST(json::text(body, "name").value() == "Zoë 🛒");
  BOOST_TEST(json::text(body, "role").value() == "user");
  BOOST_TEST(json::text(body, "tokenType").value() == "Bearer");
  BOOST_TEST(json::integer(body, "expiresIn").value() == 900);
  BOOST_TEST(json::text(body, "refreshToken").value().size() == 43U);

  device.log_in_as(std::string(json::text(body, "accessToken").value()));
  const auto profile = device.get("/api/profile");
  BOOST_REQUIRE_EQUAL(profile.status, 200);
  BOOST_TEST(json::integer(profile.json().root(), "id").value() == json::integer(body, "id").value());
  BOOST_TEST(profile.json().root()["addresses"].IsArray());
}

BOOST_AUTO_TEST_CASE(a_session_is_renewed_until_log_out) {
  browser device(url());
  const auto made = sign_up(device);
  const auto shown = [](const answer& session) {
    return R"({"refreshToken":")" +
           std::string(json::text(session.json().root(), "refreshToken").value_or("")) + R"("})";
  };
  const auto in = device.post("/api/login", credentials(made.email, made.password));
  const auto next = device.post("/api/token/refresh", shown(in));
  BOOST_REQUIRE_EQUAL(next.status, 200);
  device.log_in_as(std::string(json::text(next.json().root(), "accessToken").value()));
  BOOST_TEST(device.get("/api/profile").status == 200);
  BOOST_TEST(device.post("/api/logout", shown(next)).status == 204);
  for (const auto& spent : {shown(in), shown(next)}) {
    const auto refused = device.post("/api/token/refresh", spent);
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(refused.problem() == "refresh-token-invalid");
  }
}

BOOST_AUTO_TEST_CASE(the_same_email_in_other_case_is_refused_with_422) {
  browser device(url());
  const auto made = sign_up(device);
  auto shouted = made.email;
  for (auto& c : shouted) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto again = device.post("/api/signup", credentials(shouted, "another password"));
  BOOST_TEST(again.status == 422);
  BOOST_TEST(again.problem() == "email-taken");
}

BOOST_AUTO_TEST_CASE(a_sign_up_brings_the_welcome_mail_exactly_once) {
  browser device(url());
  const auto made = sign_up(device);
  BOOST_REQUIRE(becomes_true([&] { return !mails_to(made.email).empty(); }, 20s));
  // A second sign-up's mail arrives after any repeat of the first one would have.
  const auto later = sign_up(device);
  BOOST_REQUIRE(becomes_true([&] { return !mails_to(later.email).empty(); }, 20s));
  const auto mails = mails_to(made.email);
  BOOST_REQUIRE_EQUAL(mails.size(), 1U);
  BOOST_TEST(!mails[0].subject.empty());
  BOOST_TEST(!mails[0].message_id.empty());
  BOOST_TEST(!mails[0].text.empty());
  BOOST_TEST(mails[0].html.find("<html") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_and_an_unknown_email_are_answered_alike) {
  browser device(url());
  const auto made = sign_up(device);
  const auto right = device.post("/api/login", credentials(made.email, made.password));
  BOOST_REQUIRE_EQUAL(right.status, 200);
  BOOST_TEST(json::integer(right.json().root(), "id").value() == made.id);

  const auto wrong = device.post("/api/login", credentials(made.email, "not the password"));
  const auto unknown = device.post("/api/login", credentials(fresh_email(), "not the password"));
  BOOST_TEST(wrong.status == 401);
  BOOST_TEST(unknown.status == 401);
  BOOST_TEST(wrong.problem() == "bad-credentials");
  BOOST_TEST(unknown.problem() == "bad-credentials");
  BOOST_TEST(json::text(wrong.json().root(), "detail").value() ==
             json::text(unknown.json().root(), "detail").value());
}

BOOST_AUTO_TEST_CASE(pages_of_products_are_disjoint_and_complete) {
  for (const auto agent : {desktop, iphone}) {
    browser device(url(), agent);
    std::set<std::int64_t> seen;
    std::string cursor;
    std::size_t listed = 0;
    do {
      const auto page = device.get("/api/products?limit=37" + (cursor.empty() ? "" : "&cursor=" + cursor));
      BOOST_REQUIRE_EQUAL(page.status, 200);
      const auto document = page.json();
      for (const auto& each : document.root()["products"].GetArray()) {
        seen.insert(each["id"].GetInt64());
        ++listed;
        if (agent == iphone)
          BOOST_REQUIRE((member_names(each) ==
                         std::set<std::string>{"id", "name", "price", "currency", "banner", "available"}));
      }
      cursor = std::string(json::text(document.root(), "nextCursor").value_or(""));
    } while (!cursor.empty());
    BOOST_TEST(seen.size() == listed);
    BOOST_TEST(listed >= 200U);
  }
}

BOOST_AUTO_TEST_CASE(the_catalogue_has_eight_categories_and_the_seven_groceries_with_pictures) {
  browser device(url());
  const auto first = device.get("/api/products?limit=100").json();
  std::set<std::string> categories;
  for (const auto& each : first.root()["categories"].GetArray()) categories.insert(each.GetString());
  for (const auto* category :
       {"bakery", "beverages", "dairy", "fruits", "household", "oils", "pantry", "vegetables"})
    BOOST_TEST(categories.contains(category), category << " is missing");
  std::set<std::string> names;
  std::string cursor;
  do {
    const auto page = device.get("/api/products?limit=100" + (cursor.empty() ? "" : "&cursor=" + cursor));
    const auto document = page.json();
    for (const auto& each : document.root()["products"].GetArray()) names.insert(each["name"].GetString());
    cursor = std::string(json::text(document.root(), "nextCursor").value_or(""));
  } while (!cursor.empty());
  for (const auto* grocery :
       {"Alphonso Mango", "Apples", "Kesar Mango", "Langra Mango", "Broccoli", "Cauliflower", "Olive Oil"})
    BOOST_TEST(names.contains(grocery), grocery << " is missing");
  const auto picture = device.get(first.root()["products"][0]["banner"].GetString());
  BOOST_TEST(picture.status == 200);
  BOOST_TEST(picture.header("content-type") == "image/svg+xml");
}

BOOST_AUTO_TEST_CASE(setting_a_product_in_the_cart_twice_replaces_its_quantity) {
  browser device(url());
  device.log_in_as(sign_up(device).token);
  BOOST_TEST(device.post("/api/cart", R"({"productId":3,"quantity":5})").status == 200);
  const auto again = device.post("/api/cart", R"({"productId":3,"quantity":2})");
  BOOST_REQUIRE_EQUAL(again.status, 200);
  const auto document = again.json();
  const auto& items = document.root()["items"];
  BOOST_REQUIRE_EQUAL(items.Size(), 1U);
  BOOST_TEST(items[0]["quantity"].GetInt() == 2);
  const auto price = json::minor_units(items[0]["product"]["price"]).value();
  BOOST_TEST(json::minor_units(items[0]["lineTotal"]).value() == price * 2);
  BOOST_TEST(json::minor_units(document.root()["total"]).value() == price * 2);

  BOOST_TEST(device.del("/api/cart/3").status == 200);
  BOOST_TEST(device.del("/api/cart/3").status == 404);
  BOOST_TEST(cart_size(device) == 0U);
}

BOOST_AUTO_TEST_CASE(an_unknown_product_is_404_and_changes_nothing) {
  browser device(url());
  device.log_in_as(sign_up(device).token);
  const auto received = device.post("/api/cart", R"({"productId":999999999,"quantity":1})");
  BOOST_TEST(received.status == 404);
  BOOST_TEST(received.problem() == "product-not-found");
  BOOST_TEST(cart_size(device) == 0U);
  BOOST_TEST(device.get("/api/products/999999999").status == 404);
  BOOST_TEST(device.get("/api/products/abc").status == 400);
}

BOOST_AUTO_TEST_CASE(a_bad_body_is_400_and_names_the_place) {
  browser device(url());
  device.log_in_as(sign_up(device).token);
  for (const auto* body :
       {R"({"productId":1})", R"({"productId":1,"quantity":0})", R"({"productId":1,"quantity":1000})",
        R"({"productId":"one","quantity":1})", R"({"productId":1,"quantity":1.5})", "[]", "{", ""})
    BOOST_TEST(device.post("/api/cart", body).status == 400, "body " << body);
  const auto received = device.post("/api/cart", R"({"productId":1,"quantity":0})");
  const auto document = received.json();
  BOOST_REQUIRE(document.root().HasMember("errors"));
  BOOST_TEST(json::text(document.root()["errors"][0], "pointer").value() == "/quantity");
}

BOOST_AUTO_TEST_CASE(deleting_the_account_empties_the_cart_and_ends_the_access) {
  browser device(url());
  const auto made = sign_up(device);
  device.log_in_as(made.token);
  BOOST_REQUIRE_EQUAL(device.post("/api/cart", R"({"productId":1,"quantity":1})").status, 200);
  BOOST_TEST(device.del("/api/profile").status == 204);
  BOOST_TEST(device.get("/api/profile").status == 401);
  for (const auto* path : {"/api/cart", "/api/wishlist", "/api/addresses", "/api/products"})
    BOOST_TEST(is_soon_refused([&] { return device.get(path); }), path);
  BOOST_TEST(device.post("/api/cart", R"({"productId":1,"quantity":1})").status == 401);
  databases all;
  BOOST_TEST(becomes_true([&] { return lines_of(all, made.id) == 0; }, 20s));
  browser stranger(url());
  BOOST_TEST(stranger.post("/api/login", credentials(made.email, made.password)).status == 401);
}

BOOST_AUTO_TEST_CASE(the_home_page_comes_in_one_call_with_or_without_a_customer) {
  browser device(url());
  const auto anonymous = device.get("/api/home");
  BOOST_REQUIRE_EQUAL(anonymous.status, 200);
  BOOST_TEST(anonymous.json().root()["products"].Size() > 0U);
  BOOST_TEST(anonymous.json().root()["degraded"].Size() == 0U);
  BOOST_TEST(!anonymous.json().root().HasMember("cart"));
  device.log_in_as(sign_up(device).token);
  const auto known = device.get("/api/home");
  BOOST_TEST(known.json().root().HasMember("cart"));
  BOOST_TEST(known.json().root().HasMember("profile"));
}
