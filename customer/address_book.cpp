#include "customer/address_book.hpp"

#include "customer/address_store.hpp"
#include "customer/store.hpp"

#include <utility>

namespace mercat::customer {

namespace {

// Until the end of the transaction nobody else changes this customer's addresses, or ends the account.
void hold(db::session& s, std::int64_t customer) {
  if (!store::lock(s, customer)) throw account_gone();
}

}  // namespace

async::task<std::vector<address>> address_book::list(std::int64_t customer, async::deadline until) {
  auto found = co_await database_.read(
      until, [customer](db::session& s) { return store::find_addresses(s, customer); });
  if (!found) throw account_gone();
  co_return std::move(*found);
}

async::task<address> address_book::add(std::int64_t customer, postal_address where, async::deadline until) {
  const auto id = co_await database_.transaction(until, [customer, &where](db::session& s) {
    hold(s, customer);
    if (store::count_addresses(s, customer) >= most_addresses) throw too_many_addresses();
    return store::add_address(s, customer, where);
  });
  co_return address{id, std::move(where)};
}

async::task<address> address_book::replace(std::int64_t customer, std::int64_t id, postal_address where,
                                           async::deadline until) {
  co_await database_.transaction(until, [customer, id, &where](db::session& s) {
    hold(s, customer);
    if (!store::replace_address(s, customer, id, where)) throw address_not_found();
  });
  co_return address{id, std::move(where)};
}

async::task<void> address_book::remove(std::int64_t customer, std::int64_t id, async::deadline until) {
  co_await database_.transaction(until, [customer, id](db::session& s) {
    hold(s, customer);
    if (!store::remove_address(s, customer, id)) throw address_not_found();
  });
}

}  // namespace mercat::customer
