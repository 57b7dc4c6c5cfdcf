// order_placing: makes an order of the customer's cart, once per Idempotency-Key, whatever is repeated or
// goes wrong.
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/auth/identity.hpp"
#include "common/db/pool.hpp"
#include "shopping/customer_addresses.hpp"
#include "shopping/order_request.hpp"
#include "shopping/order_store.hpp"
#include "shopping/product_offers.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mercat::shopping {

struct placed_order {
  std::string id;
  std::string answer;    // JSON
  bool created = false;  // by this request; false: by an earlier one with the same key
};

// Who orders, and with which key. traceparent: of the request, valid or empty.
struct order_caller {
  auth::identity who;
  std::string key;
  std::string traceparent;
};

// Thread-safe: its only state is the database.
class order_placing {
 public:
  // events_committed: called after each commit that wrote events (the relay's wake). Everything given must
  // outlive it.
  order_placing(db::pool& database, product_offers& offers, customer_addresses& addresses, order_rules rules,
                std::function<void()> events_committed)
      : database_(database),
        offers_(offers),
        addresses_(addresses),
        rules_(std::move(rules)),
        events_committed_(std::move(events_committed)) {}

  // Throws order_refused; fault::not_found "address-not-found"; fault::conflict "cart-changed" when the cart
  // does not keep still, "in-progress" when another request of this customer holds cart or key for too long;
  // fault::already_exists "idempotency-key-reused", "txn-number-taken"; fault::too_many_requests
  // "too-many-orders"; what the two it asks throw;
  // fault::unavailable "order-outcome-unknown" when a commit was not confirmed and no order is to be found.
  // After none of these is the key used up. What was refused once may be repeated with the same key.
  [[nodiscard]] async::task<placed_order> place(order_caller caller, order_request wanted,
                                                async::deadline until);

 private:
  // Where one attempt ended.
  enum class outcome { placed, key_used, cart_changed };
  struct attempt {
    const order_caller& caller;
    const order_request& wanted;
    async::deadline until;
    std::string body_hash;
    std::optional<std::string> address;  // JSON
    store::cart_to_order cart{};
    order made{};
    std::string answer{};
    bool waiting = false;  // for cart or key, somebody else's at this moment
  };

  [[nodiscard]] async::task<std::optional<placed_order>> earlier(const attempt& of);
  [[nodiscard]] async::task<std::optional<placed_order>> look(attempt& of);
  [[nodiscard]] async::task<void> find_address(attempt& of);
  // Null: it may be ordered, and `made` and `answer` are there.
  [[nodiscard]] async::task<std::optional<order_refused>> prepare(attempt& of);
  [[nodiscard]] outcome write(db::session& s, attempt& of) const;
  [[nodiscard]] async::task<outcome> commit(attempt& of);
  [[nodiscard]] async::task<outcome> find_outcome(const attempt& of);
  [[nodiscard]] async::task<void> remember_prices(const std::vector<offer>& offers, async::deadline until);

  db::pool& database_;
  product_offers& offers_;
  customer_addresses& addresses_;
  const order_rules rules_;
  const std::function<void()> events_committed_;
};

}  // namespace mercat::shopping
