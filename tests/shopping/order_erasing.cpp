// The orders of deleted customers, however many: their personal data goes, and nothing else waits for it.
#include "common/messaging/consumer.hpp"
#include "shopping/order_eraser.hpp"
#include "shopping/order_erasure_store.hpp"
#include "tests/shopping/orders_of_test.hpp"

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::at_once;
using mercat::test::eventually;
using mercat::test::orders_of_test;

namespace {

using namespace std::chrono_literals;

constexpr auto long_enough = 300'000ms;
constexpr int several_parts = 1'200;
static_assert(several_parts > 4 * store::orders_erased_at_once);

struct erasing_of_test : orders_of_test {
  async::event_loop eraser_loop{"eraser"};

  // Decided long ago, each with its key. Ids of customers stand in between each other.
  void add_old_orders(std::int64_t customer, int number) {
    const auto who = std::to_string(customer);
    const auto upto = std::to_string(number);
    const auto id = "CONCAT(LPAD(LOWER(HEX(seq)), 8, '0'), '-0000-7000-8000-', LPAD('" + who + "', 12, '0'))";
    sql("INSERT INTO customer_order (id, customer_id, status, amount, currency, email, address, created_at, "
        "updated_at) SELECT " +
        id + ", " + who +
        ", 'ACCEPTED', 100, 'EUR', 'ada@example.org', "
        "'{\"city\":\"London\"}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM seq_1_to_" +
        upto);
    sql("INSERT INTO order_key (customer_id, idempotency_key, body_hash, order_id, answer) "
        "SELECT " +
        who + ", CONCAT('key-', seq), '', " + id + ", '{\"city\":\"London\"}' FROM seq_1_to_" + upto);
  }
  std::int64_t orders_with_personal_data(std::int64_t customer) {
    return count("customer_order WHERE customer_id = " + std::to_string(customer) +
                 " AND (email IS NOT NULL OR address IS NOT NULL)");
  }
  std::int64_t answers_with_personal_data(std::int64_t customer) {
    return count("order_key WHERE customer_id = " + std::to_string(customer) + " AND answer IS NOT NULL");
  }
  bool nothing_is_left_to_erase() {
    return eventually(long_enough, [&] { return count("order_erasure") == 0; });
  }
  void happens(const messaging::event& what) {
    broker.put("shopping.events", what.data,
               R"({"message_id":")" + what.id + R"(","type":")" + what.type + R"(","delivery_mode":2})");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_customer_with_very_many_orders_is_forgotten_and_holds_up_no_other_event,
                        erasing_of_test) {
  add_old_orders(7, 200'000);
  add_old_orders(8, 10);
  amqp::connection events{broker_loop, broker.options("events"), logger, metrics};
  const messaging::consumer consumer{events, database, {event_queue}, handlers, logger, metrics};
  const order_eraser eraser{database, eraser_loop, {50ms}, logger};
  // As many as are handled at once.
  const int deletions = messaging::consumer_options{}.prefetch;
  for (int i = 0; i < deletions; ++i) happens({uuid_v7(), "customer.deleted", R"({"customerId":7})", ""});
  happens(catalogue.restock(1, 77));
  BOOST_CHECK(eventually(60'000ms, [&] { return count("product_replica WHERE on_hand = 77") == 1; }));
  BOOST_CHECK(
      eventually(60'000ms, [&] { return count("inbox WHERE processed_at IS NOT NULL") == deletions + 1; }));
  BOOST_CHECK(nothing_is_left_to_erase());
  BOOST_TEST(orders_with_personal_data(7) == 0);
  BOOST_TEST(answers_with_personal_data(7) == 0);
  BOOST_TEST(count("customer_order WHERE customer_id = 7") == 200'000);
  BOOST_TEST(orders_with_personal_data(8) == 10);
  BOOST_TEST(answers_with_personal_data(8) == 10);
}

BOOST_FIXTURE_TEST_CASE(two_replicas_erase_each_order_once, erasing_of_test) {
  for (const std::int64_t customer : {7, 8, 9}) add_old_orders(customer, several_parts);
  for (const std::int64_t customer : {7, 8, 9}) forget(customer);
  BOOST_TEST(count("order_erasure") == 3);
  {
    const order_eraser one{database, eraser_loop, {1ms}, logger};
    const order_eraser other{database, loop, {1ms}, logger};
    BOOST_CHECK(nothing_is_left_to_erase());
  }
  for (const std::int64_t customer : {7, 8, 9}) {
    BOOST_TEST(orders_with_personal_data(customer) == 0);
    BOOST_TEST(answers_with_personal_data(customer) == 0);
  }
  BOOST_TEST(count("customer_order WHERE version = 2") == 3 * several_parts);
}

BOOST_FIXTURE_TEST_CASE(an_erasure_goes_on_where_a_process_died, erasing_of_test) {
  add_old_orders(7, several_parts);
  forget(7);
  const auto left = orders_with_personal_data(7);
  BOOST_TEST(left > 0);
  const auto a_part_before = [&](const std::function<void()>& commit) {
    test::wait_for(loop, [&] {
      return database.transaction(soon(), [&](db::session& s) {
        store::go_on(s, store::take_erasure(s).value());
        commit();
      });
    });
  };
  BOOST_CHECK_THROW(a_part_before([] { throw error(fault::internal, "died", "before its commit"); }), error);
  BOOST_TEST(orders_with_personal_data(7) == left);
  a_part_before([] {});
  BOOST_TEST(orders_with_personal_data(7) == left - store::orders_erased_at_once);
  const order_eraser eraser{database, eraser_loop, {1ms}, logger};
  BOOST_CHECK(nothing_is_left_to_erase());
  BOOST_TEST(orders_with_personal_data(7) == 0);
  BOOST_TEST(answers_with_personal_data(7) == 0);
  BOOST_TEST(count("customer_order WHERE version = 2") == several_parts);
}

BOOST_FIXTURE_TEST_CASE(a_part_reads_few_rows_however_many_orders_there_are, erasing_of_test) {
  for (const std::int64_t customer : {7, 8, 9, 10}) add_old_orders(customer, 10'000);
  forget(8);
  schema.as_root([](db::session& s) {
    const auto rows_read = [&s] {
      return s
          .query_one(
              "SELECT CAST(SUM(VARIABLE_VALUE) AS SIGNED) FROM information_schema.SESSION_STATUS "
              "WHERE VARIABLE_NAME LIKE 'HANDLER_READ%'")
          ->integer(0);
    };
    const auto before = rows_read();
    store::go_on(s, store::take_erasure(s).value());
    BOOST_TEST(rows_read() - before < 10 * store::orders_erased_at_once);
  });
}

BOOST_FIXTURE_TEST_CASE(an_order_that_waits_to_be_erased_is_told_of_without_an_address, erasing_of_test) {
  add_old_orders(7, several_parts);
  const auto last = place_one(7).id;
  forget(7);
  BOOST_TEST(count("customer_order WHERE id = '" + last + "' AND email IS NOT NULL") == 1);
  hear(decided(last, "ACCEPTED"));
  BOOST_TEST(events("order.confirmed").at(0).find(R"("email":null)") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_order_placed_while_its_customer_is_deleted_keeps_no_personal_data,
                        erasing_of_test) {
  order_request wanted;
  for (std::int64_t customer = 100; customer < 130; ++customer) {
    wanted.address_id = customer * 10;
    set(customer, 1, 1);
    const auto said = at_once(3, [&](int i) {
      if (i == 0) return forget(customer), std::string{"forgotten"};
      return place(customer, uuid_v7(), wanted).answer;
    });
    BOOST_TEST(said[0] == "forgotten");
    BOOST_TEST(orders_with_personal_data(customer) == 0);
    BOOST_TEST(answers_with_personal_data(customer) == 0);
  }
  BOOST_TEST(count("order_erasure") == 0);
}
