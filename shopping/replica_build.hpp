// replica_build: makes the product replica equal to products' own data, page by page over EXPORT_PRODUCTS,
// while events go on being applied. One build at a time among all replicas, by a lease that every page
// renews.
//
// Memory is bounded by a page. A step that fails changed nothing, or a whole page: it may be repeated.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/db/pool.hpp"
#include "shopping/product_offers.hpp"
#include "shopping/replica_store.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mercat::shopping {

enum class build_state {
  going_on,
  busy,     // another one builds; the next step begins anew
  finished  // the next step begins another one
};

struct build_counts {
  std::uint64_t products = 0;
  std::uint64_t deleted = 0;
  std::uint64_t removed = 0;  // rows that products does not know
};

class replica_build {
 public:
  replica_build(db::pool& database, product_offers& offers);

  // One page. Throws fault::unavailable or fault::too_slow when products or the database does not answer.
  [[nodiscard]] async::task<build_state> step(async::deadline until);
  // Lets another one build at once, instead of when the lease is over.
  [[nodiscard]] async::task<void> give_up(async::deadline until);
  [[nodiscard]] const build_counts& counts() const noexcept { return counts_; }

 private:
  [[nodiscard]] async::task<std::uint64_t> remove_unknown(const replica_page& page,
                                                          const store::build_times& times,
                                                          async::deadline until);
  void begin_anew();

  db::pool& database_;
  product_offers& offers_;
  const std::string holder_;
  std::optional<db::sql_time> began_;
  product_id after_ = 0;
  int held_back_ = 0;  // times in a row
  build_counts counts_;
};

}  // namespace mercat::shopping
