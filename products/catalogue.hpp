// The catalogue: what customers and other services may ask about products.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "products/listing.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mercat::products {

// Thread-safe: its only state is the database.
class catalogue {
 public:
  // searches: a pool for searches alone, so that slow ones, however many, take no thread from anything else.
  // currency: ISO 4217 code of all prices.
  catalogue(db::pool& database, db::pool& searches, std::string currency)
      : database_(database), searches_(searches), currency_(std::move(currency)) {}

  [[nodiscard]] async::task<listed_page> list(list_request asked, async::deadline until);
  [[nodiscard]] async::task<std::vector<category>> categories(async::deadline until);
  [[nodiscard]] async::task<std::optional<product>> find(product_id id, async::deadline until);
  // Those found, in the order asked. ids: at most 1,000.
  [[nodiscard]] async::task<std::vector<product>> find_all(std::vector<product_id> ids,
                                                           async::deadline until);

  [[nodiscard]] const std::string& currency() const noexcept { return currency_; }

 private:
  db::pool& database_;
  db::pool& searches_;
  std::string currency_;
};

}  // namespace mercat::products
