// What people write comes back letter by letter, wherever it is stored and on whichever way.
#include "common/uuid.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> difficult{
    "Zoë's \"café\" & <b>bar</b>",
    "100% _under_ back\\slash \\n not a line",
    "'; DROP TABLE product; --",
    "emoji 🛒👩‍👩‍👧‍👦🏳️‍🌈 4-byte 𝄞𠜎",
    "\u200Fשלום\u200E עולם مرحبا \u061C",
    "e\u0301 is not é, ﬁ ligature, ß ẞ İ ı",
    "{{name}} ${jndi:x} %s %n %00 &amp; \u00A0nbsp\u2003em",
};

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string url_encoded(const std::string& text) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) out += {'%', digits[c >> 4U], digits[c & 15U]};
  return out;
}

std::string member(const answer& received, const char* name) {
  return std::string(json::text(received.json().root(), name).value_or("absent"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_products_texts_survive_everywhere_it_is_shown) {
  auto admin = staff();
  auto ann = new_customer();
  for (const auto& text : difficult) {
    BOOST_TEST_CONTEXT(text) {
      const auto sku = "X" + uuid_v7().substr(9);
      const auto made = expect(
          201, admin.device.post("/api/products", R"({"sku":")" + sku + R"(","name":)" + quoted(text) +
                                                      R"(,"type":)" + quoted(text) + R"(,"description":)" +
                                                      quoted(text) + R"(,"supplier":)" + quoted(text) +
                                                      R"(,"price":1.5,"unit":"1 kg"})"));
      const auto id = std::to_string(json::integer(made.json().root(), "id").value());
      const auto read = admin.device.get("/api/products/" + id);
      for (const auto* name : {"name", "description", "supplier"}) BOOST_TEST(member(read, name) == text);
      const auto cart =
          expect(200, ann.device.post("/api/cart", R"({"productId":)" + id + R"(,"quantity":1})"));
      BOOST_TEST(json::text(cart.json().root()["items"][0]["product"], "name").value() == text);
      const auto wishes = expect(200, ann.device.post("/api/wishlist", R"({"productId":)" + id + "}"));
      BOOST_TEST(json::text(wishes.json().root()["products"][0], "name").value() == text);
      expect(200, ann.device.del("/api/cart"));
      expect(204, admin.device.del("/api/products/" + id));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_description_of_5000_characters_survives) {
  auto admin = staff();
  for (const auto& piece :
       {std::string("x"), std::string("é"), std::string("語"), std::string("🛒"), std::string("\\\"%_'")}) {
    const auto characters = piece.size() == 5 ? 5U : 1U;
    const auto text = repeated(piece, 5000 / characters);
    const auto sku = "X" + uuid_v7().substr(9);
    const auto made =
        expect(201, admin.device.post("/api/products", R"({"sku":")" + sku +
                                                           R"(","name":"Long","type":"Tests","price":1,)" +
                                                           R"("description":)" + quoted(text) + "}"));
    const auto id = std::to_string(json::integer(made.json().root(), "id").value());
    BOOST_TEST((member(admin.device.get("/api/products/" + id), "description") == text), piece);
    expect(204, admin.device.del("/api/products/" + id));
  }
}

BOOST_AUTO_TEST_CASE(a_page_of_a_hundred_long_descriptions_reaches_both_devices) {
  auto admin = staff();
  const auto kind = "Long " + uuid_v7().substr(24);
  const auto text = quoted(repeated("🛒", 9'990) + "\r\n\tdone");
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto made =
        expect(201, admin.device.post("/api/products", R"({"sku":"X)" + uuid_v7().substr(9) +
                                                           R"(","name":"Long","price":1,"type":)" +
                                                           quoted(kind) + R"(,"description":)" + text + "}"));
    ids.push_back(std::to_string(json::integer(made.json().root(), "id").value()));
  }
  std::string wanted;
  for (const auto& id : ids) wanted += (wanted.empty() ? "" : ",") + id;
  for (const auto agent : {desktop, iphone}) {
    browser device(url(), agent);
    const auto page =
        expect(200, device.get("/api/products?limit=100&sort=newest&category=" + url_encoded(kind)));
    BOOST_TEST(page.json().root()["products"].Size() == 100U);
    const auto chosen = expect(200, device.post("/api/products/ids", "{\"ids\":[" + wanted + "]}"));
    BOOST_TEST(chosen.json().root()["products"].Size() == 100U);
    if (agent == desktop) BOOST_TEST(page.body.find(text) != std::string::npos);
  }
  for (const auto& id : ids) expect(204, admin.device.del("/api/products/" + id));
}

BOOST_AUTO_TEST_CASE(a_customers_texts_survive) {
  auto ann = new_customer();
  for (const auto& text : difficult) {
    BOOST_TEST_CONTEXT(text) {
      const auto profile =
          expect(200, ann.device.send("PATCH", "/api/profile", "{\"name\":" + quoted(text) + "}"));
      BOOST_TEST(member(profile, "name") == text);
      const auto made = expect(
          201, ann.device.post("/api/addresses", R"({"street":)" + quoted(text) + R"(,"city":)" +
                                                     quoted(text) + R"(,"state":)" + quoted(text) +
                                                     R"(,"postalCode":"1","country":)" + quoted(text) + "}"));
      const auto id = std::to_string(json::integer(made.json().root(), "id").value());
      const auto list = ann.device.get("/api/addresses").json();
      const auto& kept = list.root()["addresses"][0];
      for (const auto* name : {"street", "city", "state", "country"})
        BOOST_TEST(json::text(kept, name).value_or("absent") == text);
      expect(204, ann.device.del("/api/addresses/" + id));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_search_takes_every_text_literally) {
  auto admin = staff();
  const auto mark = uuid_v7().substr(24);
  std::vector<std::string> ids;
  const std::vector<std::string> terms{"100%",   "a_b",   "back\\slash", "\"quoted\"", "+plus",
                                       "-minus", "*star", "🛒",        "o'neill"};
  for (const auto& term : terms) {
    const auto made =
        expect(201, admin.device.post("/api/products", R"({"sku":"X)" + uuid_v7().substr(9) + R"(","name":)" +
                                                           quoted(mark + " " + term) +
                                                           R"(,"type":"Tests","price":1})"));
    ids.push_back(std::to_string(json::integer(made.json().root(), "id").value()));
  }
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto found =
        expect(200, admin.device.get("/api/products?q=" + url_encoded(mark + " " + terms[i]))).json();
    BOOST_TEST_CONTEXT(terms[i]) {
      BOOST_REQUIRE_EQUAL(found.root()["products"].Size(), 1U);
      BOOST_TEST(std::to_string(found.root()["products"][0]["id"].GetInt64()) == ids[i]);
    }
  }
  BOOST_TEST(expect(200, admin.device.get("/api/products?q=" + mark)).json().root()["products"].Size() ==
             terms.size());
  for (const auto& id : ids) expect(204, admin.device.del("/api/products/" + id));
}
