// Outbox and inbox as tables: what several replicas do to them at once.
#include "common/db/error.hpp"
#include "common/messaging/inbox_table.hpp"
#include "common/messaging/outbox.hpp"
#include "common/messaging/outbox_table.hpp"
#include "tests/messaging/fixture.hpp"
#include "tests/support/counting.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <set>
#include <thread>

using namespace mercat;
using namespace mercat::messaging;
using namespace mercat::test;

namespace {

void add(db::session& s, int events) {
  for (int i = 0; i < events; ++i) (void)add_to_outbox(s, "thing.happened", "{}");
}

void outcome_for_all(std::vector<outbox_row>& rows, amqp::sent outcome) {
  for (auto& row : rows) row.outcome = outcome;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_event_is_there_if_and_only_if_its_transaction_committed, with_tables) {
  BOOST_CHECK_THROW(transaction([](db::session& s) {
                      add(s, 1);
                      throw error(fault::conflict, "no", "no");
                    }),
                    error);
  BOOST_TEST(waiting() == 0);
  transaction([](db::session& s) { add(s, 1); });
  BOOST_TEST(waiting() == 1);
}

BOOST_FIXTURE_TEST_CASE(an_event_keeps_its_id_type_data_and_trace, with_tables) {
  const auto id = transaction([](db::session& s) {
    return add_to_outbox(s, "thing.happened", R"({"name":"grün \u0000 😀"})", "00-a-b-01");
  });
  const auto rows = transaction([](db::session& s) { return claim(s, 10, 15s); });
  BOOST_REQUIRE_EQUAL(rows.size(), 1U);
  BOOST_TEST(rows[0].item.id == id);
  BOOST_TEST(rows[0].item.type == "thing.happened");
  BOOST_TEST(rows[0].item.data == R"({"name":"grün \u0000 😀"})");
  BOOST_TEST(rows[0].item.traceparent == "00-a-b-01");
}

BOOST_FIXTURE_TEST_CASE(an_event_that_has_not_left_can_be_taken_back, with_tables) {
  transaction([](db::session& s) {
    for (const auto* data : {R"({"thingId":7,"n":"a"})", R"({"thingId":77})", R"({"n":"{\"thingId\":7}"})",
                             R"({"n":"b","thingId":7})", "{}"})
      (void)add_to_outbox(s, "thing.happened", data);
    (void)add_to_outbox(s, "thing.ended", R"({"thingId":7})");
  });
  auto sent = transaction([](db::session& s) { return claim(s, 10, 15s); });  // also what a relay holds
  const auto take = [](db::session& s) { return take_from_outbox(s, "thing.happened", "thingId", 7); };
  BOOST_TEST(transaction(take) == 2U);
  BOOST_TEST(transaction(take) == 0U);
  BOOST_TEST(count("SELECT COUNT(*) FROM outbox WHERE data LIKE '{\"thingId\":7,%' OR data LIKE '%\"b\"%'") ==
             0);
  BOOST_TEST(waiting() == 4);
  outcome_for_all(sent, amqp::sent::unavailable);
  transaction([&](db::session& s) { settle(s, sent); });
  BOOST_TEST(transaction([](db::session& s) { return claim(s, 10, 15s); }).size() == 4U);
}

BOOST_FIXTURE_TEST_CASE(claimed_events_are_nobody_elses_until_they_are_given_back, with_tables) {
  transaction([](db::session& s) { add(s, 5); });
  auto mine = transaction([](db::session& s) { return claim(s, 3, 15s); });
  auto others = transaction([](db::session& s) { return claim(s, 3, 15s); });
  BOOST_TEST(mine.size() == 3U);
  BOOST_TEST(others.size() == 2U);
  outcome_for_all(mine, amqp::sent::unavailable);
  outcome_for_all(others, amqp::sent::confirmed);
  transaction([&](db::session& s) { settle(s, mine); });
  transaction([&](db::session& s) { settle(s, others); });
  const auto again = transaction([](db::session& s) { return claim(s, 10, 15s); });
  BOOST_REQUIRE_EQUAL(again.size(), 3U);
  BOOST_TEST(again[0].item.id == mine[0].item.id);
}

BOOST_FIXTURE_TEST_CASE(what_a_dead_replica_had_claimed_is_free_after_its_lease, with_tables) {
  transaction([](db::session& s) { add(s, 5); });
  (void)transaction([](db::session& s) { return claim(s, 10, 1s); });
  BOOST_TEST(eventually(
      10s, [&] { return transaction([](db::session& s) { return claim(s, 10, 1s); }).size() == 5; }));
}

BOOST_FIXTURE_TEST_CASE(an_event_the_broker_returns_waits_longer_each_time_and_holds_up_no_other,
                        with_tables) {
  transaction([](db::session& s) { add(s, 3); });
  auto rows = transaction([](db::session& s) { return claim(s, 10, 15s); });
  outcome_for_all(rows, amqp::sent::confirmed);
  rows[1].outcome = amqp::sent::returned;
  rows[1].attempts = 3;
  transaction([&](db::session& s) { settle(s, rows); });
  BOOST_TEST(waiting() == 1);
  BOOST_TEST(count("SELECT attempts FROM outbox") == 1);
  const auto wait = count("SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), leased_until) FROM outbox");
  BOOST_TEST(wait >= 6);
  BOOST_TEST(wait <= 8);
}

BOOST_FIXTURE_TEST_CASE(settling_waits_for_no_row_that_another_relay_holds, with_tables) {
  transaction([](db::session& s) { add(s, 5); });
  auto rows = transaction([](db::session& s) { return claim(s, 10, 15s); });
  schema.as_root([&](db::session& other) {
    other.execute("START TRANSACTION");
    for (const auto held : {1U, 4U}) {
      other.query("SELECT id FROM outbox WHERE id = ? FOR UPDATE", rows[held].id);
    }
    std::vector<outbox_row> mine{rows[0], rows[2], rows[3]};
    mine[0].outcome = mine[2].outcome = amqp::sent::confirmed;
    mine[1].outcome = amqp::sent::unavailable;
    transaction([&](db::session& s) { settle(s, mine); });
    other.execute("ROLLBACK");
  });
  BOOST_TEST(waiting() == 3);
}

BOOST_FIXTURE_TEST_CASE(relays_side_by_side_neither_deadlock_nor_send_twice, with_tables) {
  open({.time_limit = 30s});
  constexpr int events = 600;
  std::atomic<int> failures{0};
  std::atomic<int> sent{0};
  std::vector<std::set<std::string>> sent_by(3);
  std::vector<std::jthread> relays;
  for (auto& mine : sent_by) {
    relays.emplace_back(counting(failures, [&, this](const std::stop_token& over) {
      database->run_blocking([&](db::session& s) {
        s.execute("SET innodb_lock_wait_timeout = 30");  // what fails is a deadlock, and no long wait
        while (!over.stop_requested()) {
          s.execute("START TRANSACTION");
          auto rows = claim(s, 7, 60s);
          s.execute("COMMIT");
          outcome_for_all(rows, amqp::sent::confirmed);
          for (const auto& row : rows) mine.insert(row.item.id);
          s.execute("START TRANSACTION");
          settle(s, rows);
          s.execute("COMMIT");
          sent += static_cast<int>(rows.size());
        }
      });
    }));
  }
  for (int i = 0; i < events; ++i) transaction([](db::session& s) { add(s, 1); }, 20s);
  BOOST_TEST(eventually(60s, [&] { return sent >= events || failures > 0; }));
  for (auto& each : relays) each.request_stop();
  relays.clear();
  BOOST_TEST(failures == 0);
  std::set<std::string> different;
  for (const auto& mine : sent_by) different.insert(mine.begin(), mine.end());
  BOOST_TEST(different.size() == static_cast<std::size_t>(events));
  BOOST_TEST(sent == events);
  BOOST_TEST(waiting() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_message_is_processed_once, with_tables) {
  const event item{"id-1", "thing.happened", "{}", ""};
  const auto mark = [&](db::session& s) { return mark_processed(s, item); };
  BOOST_TEST(transaction(mark));
  BOOST_TEST(!transaction(mark));
  BOOST_TEST(transaction([&](db::session& s) { return was_processed(s, item.id); }));
}

BOOST_FIXTURE_TEST_CASE(attempts_count_until_they_end_and_do_not_hide_the_processing, with_tables) {
  const event item{"id-1", "thing.happened", "{}", ""};
  const auto begin = [&](db::session& s) { return begin_attempt(s, item); };
  BOOST_TEST(transaction(begin).begun == 1);
  BOOST_TEST(transaction(begin).begun == 2);
  transaction([&](db::session& s) { end_attempt(s, item.id); });
  BOOST_TEST(transaction(begin).begun == 2);
  BOOST_TEST(transaction([&](db::session& s) { return mark_processed(s, item); }));
  BOOST_TEST(transaction(begin).processed);
  BOOST_TEST(!transaction([&](db::session& s) { return mark_processed(s, item); }));
}

BOOST_FIXTURE_TEST_CASE(two_consumers_of_one_message_give_it_one_effect, with_tables) {
  open({.time_limit = 30s});
  const event item{"id-1", "thing.happened", "{}", ""};
  const auto consume = [&](db::session& s) {
    if (mark_processed(s, item)) s.execute("INSERT INTO effect (message_id) VALUES (?)", item.id);
  };
  std::atomic<int> failures{0};
  std::vector<std::jthread> consumers;
  for (int i = 0; i < 4; ++i) consumers.emplace_back(counting(failures, [&] { transaction(consume, 20s); }));
  consumers.clear();
  BOOST_TEST(failures == 0);
  BOOST_TEST(effects() == 1);
}

BOOST_FIXTURE_TEST_CASE(old_messages_are_forgotten_a_few_at_a_time, with_tables) {
  run("INSERT INTO inbox (message_id, type, seen_at) SELECT seq, 't', UTC_TIMESTAMP(6) - INTERVAL 3 HOUR "
      "FROM seq_1_to_30");
  run("INSERT INTO inbox (message_id, type, seen_at) VALUES ('young', 't', UTC_TIMESTAMP(6))");
  const auto some = [](db::session& s) { return forget(s, std::chrono::hours{2}, 20); };
  BOOST_TEST(transaction(some) == 20U);
  BOOST_TEST(transaction(some) == 10U);
  BOOST_TEST(transaction(some) == 0U);
  BOOST_TEST(count("SELECT COUNT(*) FROM inbox") == 1);
}
