// Requests between services over the broker, and what is made of the answers.
#include "customer/customer_request.hpp"
#include "products/product_request.hpp"
#include "shopping/product_offers.hpp"
#include "shopping/replica.hpp"
#include "tests/fuzz/promise.hpp"

namespace mercat::fuzz {

namespace {

void asked(const json::value& data) {
  const auto one = unless_refused([&] { return products::require_id(data); });
  promise(!one || *one > 0, "a product's id is positive");
  const auto many = unless_refused([&] { return products::require_ids(data); });
  promise(!many || many->size() <= 1000, "ids are at most 1000");
  if (many)
    for (const auto id : *many) promise(id > 0, "each id of a list is positive");
  const auto exported = unless_refused([&] { return products::export_request::read(data); });
  promise(!exported || (exported->after >= 0 && exported->limit >= 1 && exported->limit <= 500),
          "a piece of the catalogue has its bounds");
}

void asked_of_customer(const json::value& data) {
  const auto wanted = unless_refused([&] { return customer::wanted_address::read(data); });
  if (wanted)
    promise(json::integer(data, "customerId") == wanted->customer &&
                json::integer(data, "addressId") == wanted->address,
            "an address is asked for by both its numbers");
}

void answered(const json::value& data) {
  const auto offer = shopping::read_offer(data);
  promise(!offer || (offer->id > 0 && offer->version > 0), "an offer has an id and a version");
  const auto page = shopping::read_page(data, 10);
  if (!page) return;
  promise(!page->next || *page->next > 10, "a next page is further on");
  for (const auto& each : page->products)
    promise(each.text.id > 10 && each.text.id <= page->last() && each.stock.product == each.text.id,
            "a product is of the page's range");
  for (const auto& each : page->deleted)
    promise(each.product > 10 && each.product <= page->last(), "a tombstone is of the page's range");
}

// The texts of an array's elements, against the tree.
void cut(std::string_view text, const json::value& array) {
  const auto pieces = shopping::elements(text);
  promise(pieces.size() == array.Size(), "an array is cut into its elements");
  for (rapidjson::SizeType i = 0; i < array.Size(); ++i) {
    json::writer expected;
    array[i].Accept(static_cast<rapidjson::Writer<rapidjson::StringBuffer>&>(expected));
    json::writer found;
    const auto piece = json::document::parse(pieces[i]);
    piece.root().Accept(static_cast<rapidjson::Writer<rapidjson::StringBuffer>&>(found));
    promise(found.take() == expected.take(), "each piece is its element");
  }
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat;
  const auto text = fuzz::input(data, size).rest();
  const auto tree = fuzz::unless_refused([&] { return json::document::parse(text); });
  if (!tree) return 0;
  fuzz::asked(tree->root());
  fuzz::asked_of_customer(tree->root());
  fuzz::answered(tree->root());
  if (tree->root().IsArray()) fuzz::cut(text, tree->root());
  return 0;
}
