#include "products/assortment.hpp"

#include "common/utc_now.hpp"
#include "common/uuid.hpp"
#include "products/messages.hpp"
#include "products/search_store.hpp"
#include "products/stock_store.hpp"
#include "products/store.hpp"

#include <exception>
#include <utility>

namespace mercat::products {

namespace {

stock_level require_done(const stock_moved& moved) {
  switch (moved.outcome) {
    case stock_move::done:
    case stock_move::repeated:
      return moved.level;
    case stock_move::too_few:
      throw error(fault::conflict, "insufficient-stock",
                  "only " + std::to_string(moved.level.on_hand) + " are on hand");
    case stock_move::too_many:
      throw error(fault::conflict, "stock-limit",
                  "there would be more than " + std::to_string(most_on_hand) + " on hand; now it is " +
                      std::to_string(moved.level.on_hand));
    case stock_move::unknown:
      break;
  }
  throw error(fault::not_found, "product-not-found", "there is no such product");
}

bool same_text(const product& row, const product& wanted) {
  return row.sku == wanted.sku && row.name == wanted.name && row.description == wanted.description &&
         row.type == wanted.type && row.unit == wanted.unit && row.price == wanted.price &&
         row.available == wanted.available && row.supplier == wanted.supplier && row.banner == wanted.banner;
}

}  // namespace

assortment::assortment(db::pool& database, std::string currency, std::function<void()> events_committed)
    : database_(database), currency_(std::move(currency)), events_committed_(std::move(events_committed)) {}

template <class Look>
async::task<void> assortment::settle(std::exception_ptr unknown, Look is_there, async::deadline until) {
  bool there = false;
  try {
    there = co_await database_.read(until, [&is_there](db::session& s) { return is_there(s); });
  } catch (const std::exception&) {
    there = false;  // no look was possible: as unknown as before
  }
  // Not there proves nothing: the COMMIT may still be under way.
  if (!there) std::rethrow_exception(unknown);
}

async::task<product> assortment::create(product wanted, async::deadline until, std::string traceparent) {
  wanted.version = 1;
  wanted.created_at = utc_now();
  wanted.updated_at = wanted.created_at;
  std::exception_ptr unknown;
  try {
    co_await database_.transaction(until, [this, &wanted, &traceparent](db::session& s) {
      store::insert(s, {&wanted, 1});
      announce(s, {&wanted, 1}, currency_, traceparent);
    });
  } catch (const db::commit_unknown&) {
    unknown = std::current_exception();
  }
  const auto is_there = [&wanted](db::session& s) {
    const auto row = store::find_by_sku(s, wanted.sku);
    return row && row->created_at == wanted.created_at;  // another's has another microsecond
  };
  if (unknown) co_await settle(unknown, is_there, until);
  events_committed_();
  co_return wanted;
}

async::task<product> assortment::update(product changed, async::deadline until, std::string traceparent) {
  product now;
  std::exception_ptr unknown;
  try {
    co_await database_.transaction(until, [this, &changed, &now, &traceparent](db::session& s) {
      now = store::update(s, changed);
      store::index_for_search(s, {&now, 1});
      publish(s, product_updated{now, currency_}, traceparent);
    });
  } catch (const db::commit_unknown&) {
    unknown = std::current_exception();
  }
  const auto is_there = [&changed](db::session& s) {
    const auto row = store::find(s, changed.id);
    return row && row->version == changed.version + 1 && same_text(*row, changed);
  };
  if (unknown) co_await settle(unknown, is_there, until);
  events_committed_();
  co_return now;
}

async::task<void> assortment::remove(product_id id, async::deadline until, std::string traceparent) {
  std::exception_ptr unknown;
  try {
    co_await database_.transaction(until, [this, id, &traceparent](db::session& s) {
      const auto last = store::remove(s, id);
      store::remove_from_search(s, id);
      publish(s, product_deleted{last, currency_}, traceparent);
    });
  } catch (const db::commit_unknown&) {
    unknown = std::current_exception();
  }
  const auto is_there = [id](db::session& s) { return store::is_deleted(s, id); };
  if (unknown) co_await settle(unknown, is_there, until);
  events_committed_();
}

async::task<stock_level> assortment::adjust_stock(product_id id, stock_adjustment wanted,
                                                  async::deadline until, std::string traceparent) {
  const stock_movement movement{id, "adjustment:" + uuid_v7(), wanted.delta, std::move(wanted.reason)};
  stock_level level;
  std::exception_ptr unknown;
  try {
    co_await database_.transaction(until, [&movement, &level, &traceparent](db::session& s) {
      level = require_done(store::move_stock(s, movement));
      publish(s, stock_changed{movement.product_id, level}, traceparent);
    });
  } catch (const db::commit_unknown&) {
    unknown = std::current_exception();
  }
  const auto is_there = [&movement](db::session& s) {
    return store::find_movement(s, movement.product_id, movement.cause).has_value();
  };
  if (unknown) co_await settle(unknown, is_there, until);
  events_committed_();
  co_return level;
}

async::task<export_page> assortment::export_after(product_id after, std::int64_t limit,
                                                  async::deadline until) {
  co_return co_await database_.read(
      until, [after, limit](db::session& s) { return store::export_after(s, after, limit); });
}

void announce(db::session& s, std::span<const product> added, std::string_view currency,
              std::string_view traceparent) {
  store::index_for_search(s, added);
  for (const auto& item : added) {
    publish(s, product_created{item, currency}, traceparent);
    if (item.quantity > 0) publish(s, stock_changed{item.id, {item.quantity, 1}}, traceparent);
  }
}

}  // namespace mercat::products
