#include "products/catalogue.hpp"

#include "products/store.hpp"

namespace mercat::products {

async::task<product_page> catalogue::page(product_id after, std::int64_t limit, async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) {
    product_page page;
    // One more than asked for tells whether there is a next page.
    page.products = store::list(s, after, limit + 1);
    page.categories = store::categories(s);
    if (static_cast<std::int64_t>(page.products.size()) > limit) {
      page.products.pop_back();
      page.next_after = page.products.back().id;
    }
    return page;
  });
}

async::task<std::optional<product>> catalogue::find(product_id id, async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) { return store::find(s, id); });
}

async::task<std::vector<product>> catalogue::find_all(std::vector<product_id> ids, async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) { return store::find_all(s, ids); });
}

}  // namespace mercat::products
