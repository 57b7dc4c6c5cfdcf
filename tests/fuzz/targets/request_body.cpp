// Bodies of requests: a schema, and what reads the body after it.
#include "common/http/percent.hpp"
#include "common/json/schema.hpp"
#include "customer/address.hpp"
#include "customer/schemas.hpp"
#include "products/product_form.hpp"
#include "products/schemas.hpp"
#include "shopping/order_request.hpp"
#include "tests/fuzz/promise.hpp"

#include <array>

namespace mercat::fuzz {

namespace {

// Has every kind of rule that a schema may have here, and rules across places.
const json::schema& every_rule() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["id", "text"],
    "additionalProperties": false,
    "maxProperties": 6,
    "properties": {
      "id": {"type": "integer", "minimum": 1, "maximum": 9007199254740991},
      "text": {"type": "string", "minLength": 2, "maxLength": 8, "pattern": "^[a-z]+$"},
      "one": {"enum": ["a", "b~/", 3, null]},
      "list": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true,
               "items": {"type": ["object", "number"], "properties": {"n": {"type": "number", "minimum": 0,
                         "exclusiveMinimum": true}}, "required": ["n"]}},
      "any": {"anyOf": [{"type": "boolean"}, {"type": "string", "maxLength": 3}]},
      "a/b~c": {"not": {"type": "null"}}
    }
  })");
  return shape;
}

bool conforms(const json::schema& shape, const json::value& body) {
  const auto found = shape.violations(body);
  const bool accepted = unless_refused([&] {
                          shape.require(body);
                          return true;
                        }).has_value();
  promise(accepted == found.empty(), "a body is refused when it breaks a rule");
  promise(found.size() <= 64, "the list of violations is bounded");
  for (const auto& each : found) promise(!each.detail.empty(), "a violation says what is wrong");
  return accepted;
}

void check_product(const products::product& item) {
  promise(!item.sku.empty() && item.sku.size() <= 32 && !item.name.empty(), "a product has a sku and a name");
  promise(item.price.minor_units >= 0 && item.price.minor_units <= 9'999'999'999, "a price is in its range");
  promise(item.quantity >= 0 && item.quantity <= products::most_on_hand, "a stock is in its range");
  json::writer out;
  products::write(out, item, "EUR");
  const auto again = json::document::parse(out.take());
  promise(json::text(again.root(), "name") == item.name, "a product written is the product read");
}

void as_product(const json::value& body) {
  if (conforms(products::schemas::new_product(), body)) {
    const auto item = unless_refused([&] { return products::read_new_product(body, "EUR"); });
    if (item) check_product(*item);
  }
  if (conforms(products::schemas::changed_product(), body)) {
    const auto item = unless_refused([&] { return products::read_changed_product(body, "EUR"); });
    if (item) check_product(*item);
  }
  if (conforms(products::schemas::stock_adjustment(), body)) {
    const auto wanted = unless_refused([&] { return products::read_stock_adjustment(body); });
    promise(!wanted || wanted->delta != 0, "an adjustment changes something");
  }
}

void as_account(const json::value& body) {
  using namespace customer;
  (void)conforms(schemas::log_in(), body);
  (void)conforms(schemas::shown_token(), body);
  (void)conforms(schemas::password_change(), body);
  if (!conforms(schemas::profile_change(), body)) return;
  (void)unless_refused([&] { return name_from(json::text(body, "name")); });
  const auto phone = unless_refused([&] { return phone_from(json::text(body, "phone")); });
  promise(!phone || !*phone || (*phone)->size() <= 32, "a telephone number has at most 32 bytes");
  if (!conforms(schemas::sign_up(), body)) return;
  const auto email = email_address::try_parse(json::text(body, "email").value_or(""));
  if (!email) return;
  promise(email->spelling().find_first_of(" \r\n\t,;<>\"") == std::string::npos,
          "an e-mail address is one word");
  promise(email->spelling().size() <= 254, "an e-mail address has at most 254 bytes");
  const auto again = email_address::try_parse(email->key());
  promise(again && again->key() == email->key(), "the key of an address is an address with that key");
}

void as_address(const json::value& body) {
  if (!conforms(customer::schemas::address(), body)) return;
  const auto text = [&](const char* name) { return std::string(json::text(body, name).value_or("")); };
  customer::postal_address given{text("street"), text("city"), {}, text("postalCode"), text("country")};
  if (const auto state = json::text(body, "state")) given.state = std::string(*state);
  const auto checked = unless_refused([&] { return customer::checked(given); });
  promise(!checked || checked->street == given.street, "an address is kept as it came");
}

void as_order(const json::value& body) {
  const auto asked = unless_refused([&] { return shopping::order_request::read(body); });
  if (!asked) return;
  promise(!asked->txn_number || asked->txn_number->find_first_of(" \r\n\t") == std::string::npos,
          "a transaction's number is one word");
  promise(asked->hash().size() == 64, "a request has a hash");
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat;
  const auto tree =
      fuzz::unless_refused([&] { return json::document::parse(fuzz::input(data, size).rest()); });
  if (!tree) return 0;
  const auto& body = tree->root();
  (void)fuzz::conforms(fuzz::every_rule(), body);
  fuzz::as_product(body);
  fuzz::as_account(body);
  fuzz::as_address(body);
  fuzz::as_order(body);
  return 0;
}
