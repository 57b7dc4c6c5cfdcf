// The stock ledger, on a real database.
#include "products/stock_store.hpp"
#include "tests/products/assortment_of_test.hpp"

#include <algorithm>

using namespace mercat;
using namespace mercat::products;
using test::assortment_of_test;
using test::soon;
using test::with_slug;

namespace {

struct stock_of_test : assortment_of_test {
  product_id lamp_id = create().id;
  stock_of_test() { static_cast<void>(events()); }

  // The ledger and the stock tell the same.
  void check_ledger() {
    BOOST_TEST(number("SELECT COUNT(*) FROM stock s WHERE s.on_hand <> (SELECT SUM(m.delta) FROM "
                      "stock_movement m WHERE m.product_id = s.product_id) OR s.stock_version <> (SELECT "
                      "COUNT(*) FROM stock_movement m WHERE m.product_id = s.product_id)") == 0);
  }
  stock_moved move(const stock_movement& wanted) {
    stock_moved moved;
    await([&] {
      return database.transaction(soon(), [&](db::session& s) { moved = store::move_stock(s, wanted); });
    });
    return moved;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_adjustment_changes_stock_and_is_told, stock_of_test) {
  BOOST_TEST(adjust(lamp_id, 5) == 15);
  BOOST_TEST(adjust(lamp_id, -15) == 0);
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 2U);
  for (const auto& each : written) BOOST_TEST(each.type == "product.stock-changed");
  BOOST_TEST(json::integer(written[1].data.root(), "onHand").value() == 0);
  BOOST_TEST(json::integer(written[1].data.root(), "stockVersion").value() == 3);
  BOOST_TEST(find(lamp_id)->version == 1);
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(stock_never_falls_below_zero_nor_grows_beyond_its_limit, stock_of_test) {
  BOOST_CHECK_EXCEPTION(adjust(lamp_id, -11), error, with_slug("insufficient-stock"));
  BOOST_CHECK_EXCEPTION(adjust(lamp_id, most_on_hand - 9), error, with_slug("stock-limit"));
  BOOST_CHECK_EXCEPTION(adjust(999, 1), error, with_slug("product-not-found"));
  BOOST_TEST(find(lamp_id)->quantity == 10);
  BOOST_TEST(events().empty());
  BOOST_TEST(adjust(lamp_id, most_on_hand - 10) == most_on_hand);
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(concurrent_adjustments_sum_up_exactly, stock_of_test) {
  const auto outcomes = at_once(50, [&](int i) {
    const stock_adjustment wanted{i % 2 == 0 ? 7 : -1, "counted"};
    return goods.adjust_stock(lamp_id, wanted, soon());
  });
  const auto done = std::ranges::count(outcomes, "");
  BOOST_TEST(done == 50);
  BOOST_TEST(find(lamp_id)->quantity == 10 + 25 * 7 - 25);
  check_ledger();
  const auto written = events();
  BOOST_REQUIRE_EQUAL(written.size(), 50U);
  std::vector<std::int64_t> versions;
  for (const auto& each : written)
    versions.push_back(json::integer(each.data.root(), "stockVersion").value());
  std::ranges::sort(versions);
  BOOST_TEST((std::ranges::adjacent_find(versions) == versions.end()));
  BOOST_TEST(versions.back() == 51);
}

BOOST_FIXTURE_TEST_CASE(of_concurrent_takers_only_as_many_succeed_as_there_is_stock, stock_of_test) {
  const auto outcomes = at_once(30, [&](int) {
    const stock_adjustment wanted{-1, "taken"};
    return goods.adjust_stock(lamp_id, wanted, soon());
  });
  BOOST_TEST(std::ranges::count(outcomes, "") == 10);
  BOOST_TEST(std::ranges::count(outcomes, "insufficient-stock") == 20);
  BOOST_TEST(find(lamp_id)->quantity == 0);
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(one_cause_counts_once, stock_of_test) {
  const stock_movement taken{lamp_id, "order-taken:1", -3, "order 1"};
  BOOST_TEST((move(taken).outcome == stock_move::done));
  const auto again = move(taken);
  BOOST_TEST((again.outcome == stock_move::repeated));
  BOOST_TEST(again.level.on_hand == 7);
  BOOST_TEST(again.level.stock_version == 2);
  BOOST_TEST(find(lamp_id)->quantity == 7);
  BOOST_TEST((move({lamp_id, "order-taken:2", -8, "order 2"}).outcome == stock_move::too_few));
  BOOST_TEST((move({lamp_id, "order-returned:1", 3, "order 1"}).outcome == stock_move::done));
  BOOST_TEST((move({999, "order-taken:1", -1, "order 1"}).outcome == stock_move::unknown));
  check_ledger();
}

BOOST_FIXTURE_TEST_CASE(the_ledger_outlives_its_product, stock_of_test) {
  adjust(lamp_id, 1);
  remove(lamp_id);
  BOOST_TEST(number("SELECT COUNT(*) FROM stock_movement") == 2);
}

BOOST_AUTO_TEST_CASE(stock_of_before_the_ledger_gets_its_opening_row) {
  log::logger logger{"products", "test", log::level::error};
  metrics::registry metrics;
  test::scratch_schema schema;
  db::pool database{schema.options(), logger, metrics};
  const auto all = migrations();
  const auto ledger =
      std::ranges::find_if(all, [](const auto& each) { return each.name == "002-stock-ledger"; });
  BOOST_REQUIRE(ledger != all.end());
  db::migrate(database, {all.begin(), ledger}, std::chrono::seconds{10}, logger);
  schema.as_root([](db::session& s) {
    for (const auto* sku : {"A", "B"})
      s.execute(
          "INSERT INTO product (sku, name, description, type, unit, price, available, supplier, banner) "
          "VALUES (?, 'n', '', 't', '1', 1, 1, '', '')",
          sku);
    s.execute("INSERT INTO stock (product_id, on_hand) VALUES (1, 7)");
  });
  for (int replica = 0; replica < 2; ++replica) db::migrate(database, all, std::chrono::seconds{10}, logger);
  schema.as_root([](db::session& s) {
    const auto rows = s.query(
        "SELECT m.product_id, m.delta, m.on_hand, s.on_hand FROM stock_movement m "
        "JOIN stock s ON s.product_id = m.product_id WHERE cause = 'opening' ORDER BY 1");
    BOOST_REQUIRE_EQUAL(rows.size(), 2U);
    for (std::size_t column = 1; column < 4; ++column) {
      BOOST_TEST(rows[0].integer(column) == 7);
      BOOST_TEST(rows[1].integer(column) == 0);
    }
  });
}
