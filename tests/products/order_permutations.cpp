// Orders of many customers, their events in any order and number, one by one and at once, on a real database.
#include "tests/products/orders_of_test.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace mercat;
using namespace mercat::products;
using test::cancelled_event;
using test::created_event;
using test::orders_of_test;
using test::said_again;

namespace {

struct planned_order {
  std::string id = uuid_v7();
  std::vector<order_line> lines;
  bool can_be_had = true;
  bool cancelled = false;
};

// A seed's orders of its own products. There is stock for all that can be had; the rest wants more than there
// ever is, or what is not sold: so the end does not depend on who comes first.
struct plan {
  std::mt19937 random;  // NOLINT: the same in every run
  std::vector<product_id> sold;
  product_id not_sold = 0;
  std::vector<planned_order> orders;

  static constexpr std::int64_t opening = 100;

  plan(unsigned seed, orders_of_test& shop) : random(seed) {
    const auto sku = [seed](int i) { return "S" + std::to_string(seed) + "-" + std::to_string(i); };
    for (int i = 0; i < 3; ++i) sold.push_back(shop.stocked(sku(i), opening));
    not_sold = shop.stocked(sku(3), opening, false);
    for (int i = 0; i < 6; ++i) orders.push_back(make_order());
  }

  std::size_t any(std::size_t below) { return random() % below; }

  planned_order make_order() {
    planned_order made;
    for (auto left = 1 + any(4); left > 0; --left)
      made.lines.push_back({sold[any(sold.size())], static_cast<std::int64_t>(1 + any(3))});
    const auto kind = any(6);
    if (kind == 0) made.lines.push_back({sold[any(sold.size())], opening + 1});
    if (kind == 1) made.lines.push_back({not_sold, 1});
    made.can_be_had = kind > 1;
    made.cancelled = any(2) == 0;
    return made;
  }

  // One message again and again, or one event by several messages.
  enum class copies { of_message, of_event };

  std::vector<messaging::event> deliveries(copies kind) {
    std::vector<messaging::event> all;
    const auto several_times = [&](const messaging::event& event) {
      for (auto left = 1 + any(3); left > 0; --left)
        all.push_back(kind == copies::of_message ? event : said_again(event));
      if (any(3) == 0) all.push_back(said_again(event));
    };
    for (const auto& each : orders) {
      several_times(created_event(each.id, each.lines));
      if (each.cancelled) several_times(cancelled_event(each.id));
    }
    std::ranges::shuffle(all, random);
    return all;
  }

  std::map<product_id, std::int64_t> expected_on_hand() const {
    std::map<product_id, std::int64_t> left{{not_sold, opening}};
    for (const auto id : sold) left[id] = opening;
    for (const auto& each : orders) {
      if (!each.can_be_had || each.cancelled) continue;
      for (const auto& line : each.lines) left[line.product_id] -= line.quantity;
    }
    return left;
  }
};

void check_end(const plan& planned, orders_of_test& shop) {
  for (const auto& [id, expected] : planned.expected_on_hand()) BOOST_TEST(shop.on_hand(id) == expected);
  for (const auto& each : planned.orders) {
    const auto status = shop.status(each.id);
    if (each.can_be_had) {
      BOOST_TEST(status == (each.cancelled ? "CANCELLED" : "ACCEPTED"));
    } else {
      BOOST_TEST((status == "REJECTED" || (each.cancelled && status == "CANCELLED")), status);
    }
  }
}

// An order is decided at most once, and each product's stock versions are told without a gap.
void check_events(orders_of_test& shop) {
  std::set<std::string> decided;
  std::map<product_id, std::set<std::int64_t>> versions;
  for (const auto& each : shop.events()) {
    const auto& data = each.data.root();
    if (each.type == "order.decided")
      BOOST_TEST(decided.insert(std::string{json::text(data, "orderId").value()}).second);
    if (each.type == "product.stock-changed")
      BOOST_TEST(versions[json::integer(data, "productId").value()]
                     .insert(json::integer(data, "stockVersion").value())
                     .second);
  }
  for (const auto& [id, told] : versions) {
    BOOST_TEST(std::ssize(told) == *told.rbegin());
    BOOST_TEST(*told.rbegin() ==
               shop.number("SELECT stock_version FROM stock WHERE product_id = " + std::to_string(id)));
  }
}

// As many handlers as two replicas have between them.
struct sixteen_handlers : orders_of_test {
  static db::pool_options wide(db::pool_options options) {
    options.threads = 16;
    options.max_queued = 1000;
    options.time_limit = std::chrono::seconds{30};
    return options;
  }
  db::pool pool{wide(schema.options()), logger, metrics};

  void deliver_at_once(const std::vector<messaging::event>& all) {
    attempts = 0;
    const auto outcomes = at_once(static_cast<int>(all.size()),
                                  [&](int i) { return handling(pool, all[static_cast<std::size_t>(i)]); });
    for (const auto& each : outcomes) BOOST_TEST(each == "");
  }
  // Each at the first attempt: none was the victim of a deadlock.
  void check_attempts(std::size_t deliveries) const { BOOST_TEST(attempts == static_cast<int>(deliveries)); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(any_order_and_number_of_deliveries_ends_the_same, orders_of_test) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      plan planned{seed, *this};
      for (const auto& each : planned.deliveries(plan::copies::of_message)) deliver(each);
      check_end(planned, *this);
      check_events(*this);
    }
  }
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(deliveries_at_once_end_the_same_and_none_waits_in_a_circle, sixteen_handlers) {
  for (unsigned seed = 101; seed <= 110; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      plan planned{seed, *this};
      const auto all = planned.deliveries(plan::copies::of_event);
      deliver_at_once(all);
      check_attempts(all.size());
      check_end(planned, *this);
      check_events(*this);
    }
  }
  check_ledger();
}

// The inbox may have some of them try again.
BOOST_FIXTURE_TEST_CASE(one_message_in_many_hands_at_once_counts_once, sixteen_handlers) {
  for (unsigned seed = 201; seed <= 205; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      plan planned{seed, *this};
      deliver_at_once(planned.deliveries(plan::copies::of_message));
      check_end(planned, *this);
      check_events(*this);
    }
  }
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(orders_with_the_same_products_in_different_order_never_deadlock, sixteen_handlers) {
  std::mt19937 random{5};  // NOLINT: the same in every run
  std::vector<order_line> lines;
  for (int i = 0; i < 5; ++i) lines.push_back({stocked("HOT-" + std::to_string(i), 10'000), 1});
  std::vector<messaging::event> all;
  for (int i = 0; i < 200; ++i) {
    std::ranges::shuffle(lines, random);
    const auto order = uuid_v7();
    all.push_back(created_event(order, lines));
    if (i % 2 == 0) all.push_back(cancelled_event(order));
    if (i % 4 == 0) all.push_back(said_again(all.back()));
  }
  std::ranges::shuffle(all, random);
  deliver_at_once(all);
  check_attempts(all.size());
  for (const auto& each : lines) BOOST_TEST(on_hand(each.product_id) == 10'000 - 100);
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(of_fifty_orders_for_ten_units_ten_are_accepted, sixteen_handlers) {
  const auto scarce = stocked("SCARCE", 10);
  static_cast<void>(events());
  std::vector<messaging::event> all;
  for (int i = 0; i < 50; ++i) all.push_back(created_event(uuid_v7(), {{scarce, 1}}));
  deliver_at_once(all);
  BOOST_TEST(on_hand(scarce) == 0);
  BOOST_TEST(number("SELECT COUNT(*) FROM order_decision WHERE status = 'ACCEPTED'") == 10);
  BOOST_TEST(
      number("SELECT COUNT(*) FROM order_decision WHERE status = 'REJECTED' AND reason = 'out-of-stock'") ==
      40);
  BOOST_TEST(events().size() == 60U);
  check_ledger();
}
