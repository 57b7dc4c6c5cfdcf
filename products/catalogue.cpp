#include "products/catalogue.hpp"

#include "products/category_store.hpp"
#include "products/listing_store.hpp"
#include "products/search_store.hpp"
#include "products/store.hpp"

namespace mercat::products {

namespace {

// Rows read after their places: one deleted in between is left out, and the cursor still leads on from there.
listed_page read_page(db::session& s, const list_request& asked) {
  std::vector<std::string> terms;
  if (!asked.query.empty()) terms = terms_of(store::fold(s, asked.query));
  // One more than asked for tells whether there is a next page.
  auto places = store::positions(s, asked, terms, asked.limit + 1);
  listed_page page;
  if (static_cast<std::int64_t>(places.size()) > asked.limit) {
    places.pop_back();
    page.next_cursor = write_cursor(asked.order, places.back());
  }
  std::vector<product_id> ids;
  ids.reserve(places.size());
  for (const auto& place : places) ids.push_back(place.id);
  page.products = store::find_all(s, ids);
  page.categories = store::category_names(s);
  return page;
}

}  // namespace

async::task<listed_page> catalogue::list(list_request asked, async::deadline until) {
  auto& pool = asked.is_search() ? searches_ : database_;
  co_return co_await pool.read(until, [&](db::session& s) { return read_page(s, asked); });
}

async::task<std::vector<category>> catalogue::categories(async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) { return store::counted_categories(s); });
}

async::task<std::optional<product>> catalogue::find(product_id id, async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) { return store::find(s, id); });
}

async::task<std::vector<product>> catalogue::find_all(std::vector<product_id> ids, async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) { return store::find_all(s, ids); });
}

}  // namespace mercat::products
