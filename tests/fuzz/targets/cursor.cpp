// Cursors and the other texts of a list's query. Clients are to treat a cursor as opaque, and need not.
#include "common/auth/base64url.hpp"
#include "common/json/document.hpp"
#include "common/utf8.hpp"
#include "products/fingerprint.hpp"
#include "products/listing.hpp"
#include "shopping/order.hpp"
#include "shopping/order_view.hpp"
#include "tests/fuzz/promise.hpp"

namespace mercat::fuzz {

namespace {

void of_products(products::list_order order, std::string_view text) {
  const auto place = unless_refused([&] { return products::read_cursor(order, text); });
  if (!place) return;
  promise(valid_utf8(place->name) && place->name.find('\0') == std::string::npos,
          "the name in a cursor is UTF-8 without NUL");
  const auto written = products::write_cursor(order, *place);
  const auto again = unless_refused([&] { return products::read_cursor(order, written); });
  promise(again && again->id == place->id, "a cursor written names the place read");
  promise(order != products::list_order::by_name || again->name == place->name, "a cursor keeps its name");
  for (const auto other :
       {products::list_order::by_id, products::list_order::newest, products::list_order::cheapest})
    promise(other == order || !unless_refused([&] { return products::read_cursor(other, written); }),
            "a cursor is of one order");
}

void of_orders(std::string_view text) {
  const auto id = unless_refused([&] { return shopping::read_order_cursor(text); });
  if (!id) return;
  promise(shopping::is_order_id(*id), "a cursor of orders is an order's id");
  promise(shopping::write_order_cursor(*id) == text, "a place in the orders has one cursor");
}

void coded(std::string_view text) {
  const auto bytes = auth::from_base64url(text);
  promise(!bytes || auth::base64url(*bytes) == text, "bytes have one spelling in base64url");
  promise(auth::from_base64url(auth::base64url(text)) == std::string(text), "base64url keeps every byte");
}

void priced(std::string_view text) {
  const auto amount = unless_refused([&] { return products::read_price("minPrice", text); });
  if (!amount) return;
  json::writer out;
  out.money(amount->minor_units);
  const auto again = unless_refused([&] { return products::read_price("minPrice", out.take()); });
  promise(amount->minor_units >= 0 && again == amount, "a price written is the price read");
}

// An honest sum over any place: what a client makes who has read our source.
std::string summed(products::list_order order, std::string_view id, std::string_view price,
                   std::string_view name) {
  const auto model = *auth::from_base64url(products::write_cursor(order, {1, {1}, {}}));
  const auto order_name = std::string_view(model).substr(model.find('|') + 1);
  std::string place(order_name.substr(0, order_name.find('|')));
  place.append("|").append(id).append("|").append(price).append("|").append(name);
  return auth::base64url(std::to_string(products::fingerprint(place)) + "|" + place);
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat;
  fuzz::input from(data, size);
  const char kind = from.kind();
  const auto order =
      static_cast<products::list_order>(static_cast<unsigned char>(from.kind()) % products::list_orders);
  if (kind == 's') {
    const auto id = from.field();
    const auto price = from.field();
    fuzz::of_products(order, fuzz::summed(order, id, price, from.rest()));
  } else if (kind == 'w') {
    (void)fuzz::unless_refused([&] { return products::terms_of(from.rest()); });
    (void)fuzz::unless_refused([&] { return products::read_order(from.rest()); });
  } else {
    fuzz::of_products(order, from.rest());
    fuzz::of_orders(from.rest());
    fuzz::coded(from.rest());
    fuzz::priced(from.rest());
  }
  return 0;
}
