// assortment: what the staff do with the catalogue: add, change and remove products, correct their stock; and
// what replicas of it are rebuilt from. Each change, its search words, its ledger row and its events are one
// transaction. Each is a coroutine that passes the caller's deadline down, and its traceparent (or none) to
// the events. Where a COMMIT gets no answer, the outcome is looked up; if it cannot be told,
// db::commit_unknown goes to the caller. Thread-safe: its only state is the database.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "products/product.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace mercat::products {

class assortment {
 public:
  // currency: ISO 4217 code of all prices. events_committed: called after each commit that wrote events (the
  // relay's wake).
  assortment(db::pool& database, std::string currency, std::function<void()> events_committed);

  // wanted: all but id, version and times. Throws fault::already_exists "sku-taken".
  [[nodiscard]] async::task<product> create(product wanted, async::deadline until,
                                            std::string traceparent = {});
  // changed.version: the one the change was made on; its quantity is not read. The product as it is now.
  // Throws fault::not_found "product-not-found", fault::conflict "version-conflict", fault::already_exists
  // "sku-taken".
  [[nodiscard]] async::task<product> update(product changed, async::deadline until,
                                            std::string traceparent = {});
  // Throws fault::not_found "product-not-found".
  [[nodiscard]] async::task<void> remove(product_id id, async::deadline until, std::string traceparent = {});
  // Throws fault::not_found "product-not-found", fault::conflict "insufficient-stock" and "stock-limit".
  [[nodiscard]] async::task<stock_level> adjust_stock(product_id id, stock_adjustment wanted,
                                                      async::deadline until, std::string traceparent = {});

  // limit: 1 to 500.
  [[nodiscard]] async::task<export_page> export_after(product_id after, std::int64_t limit,
                                                      async::deadline until);

  [[nodiscard]] const std::string& currency() const noexcept { return currency_; }

 private:
  // Of a commit without an answer: returns when `is_there` finds its effect, else rethrows `unknown`.
  template <class Look>
  async::task<void> settle(std::exception_ptr unknown, Look is_there, async::deadline until);

  db::pool& database_;
  std::string currency_;
  std::function<void()> events_committed_;
};

// The rest of a new product's transaction, behind store::insert(): it can be found, and its events are
// written.
void announce(db::session& s, std::span<const product> added, std::string_view currency,
              std::string_view traceparent = {});

}  // namespace mercat::products
