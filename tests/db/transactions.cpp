// All or nothing, and never a success that did not happen.
#include "common/async/when_all.hpp"
#include "common/db/error.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/gate.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>

using namespace mercat;
using namespace mercat::test;

namespace {

void create_tables(with_database& in) {
  in.run("CREATE TABLE account (id INT PRIMARY KEY, amount INT NOT NULL, CHECK (amount < 1000000))");
  in.run("INSERT INTO account VALUES (1, 100), (2, 200)");
}

void add(db::session& s, int id, int amount) {
  s.execute("UPDATE account SET amount = amount + ? WHERE id = ?", amount, id);
}

struct fixture : with_database {
  fixture() { create_tables(*this); }
  std::int64_t amount(int id) { return count("SELECT amount FROM account WHERE id = " + std::to_string(id)); }
  // false: somebody else has the lock.
  bool adds_five() {
    try {
      transaction([](db::session& s) { add(s, 1, 5); });
      return true;
    } catch (const error&) {
      return false;
    }
  }
};

std::int64_t connection_id(db::session& s) {
  return s.query("SELECT CONNECTION_ID()").front().integer(0);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_transaction_is_there_when_its_awaiter_goes_on, fixture) {
  transaction([](db::session& s) { add(s, 1, 5); });
  BOOST_TEST(amount(1) == 105);
}

BOOST_FIXTURE_TEST_CASE(an_exception_undoes_everything_and_reaches_the_awaiter, fixture) {
  BOOST_CHECK_EXCEPTION(transaction([](db::session& s) {
                          add(s, 1, 5);
                          throw error(fault::conflict, "no", "no");
                        }),
                        error, [](const error& e) { return e.slug() == "no"; });
  BOOST_TEST(amount(1) == 100);
}

BOOST_FIXTURE_TEST_CASE(the_next_unit_of_a_connection_is_not_in_the_last_ones_transaction, fixture) {
  for (int i = 0; i < 20; ++i) {
    BOOST_CHECK_THROW(transaction([](db::session& s) {
                        add(s, 1, 5);
                        throw std::runtime_error("undone");
                      }),
                      std::runtime_error);
    BOOST_TEST(read([](db::session& s) { return s.query("SELECT @@in_transaction").front().integer(0); }) ==
               0);
  }
}

// The driver's own commit() reports success here.
BOOST_FIXTURE_TEST_CASE(a_session_killed_before_its_commit_does_not_report_success, fixture) {
  BOOST_CHECK_THROW(transaction([&](db::session& s) {
                      add(s, 1, 5);
                      const auto id = connection_id(s);
                      run("KILL " + std::to_string(id));
                    }),
                    db::commit_unknown);
  BOOST_TEST(amount(1) == 100);
  transaction([](db::session& s) { add(s, 1, 1); });
  BOOST_TEST(amount(1) == 101);
}

BOOST_FIXTURE_TEST_CASE(a_session_killed_in_the_middle_is_repeated_on_a_new_one, fixture) {
  int attempts = 0;
  transaction([&](db::session& s) {
    add(s, 1, 5);
    if (++attempts == 1) run("KILL " + std::to_string(connection_id(s)));
    add(s, 2, 5);
  });
  BOOST_TEST(attempts == 2);
  BOOST_TEST(amount(1) == 105);
  BOOST_TEST(amount(2) == 205);
}

BOOST_FIXTURE_TEST_CASE(a_commit_without_its_answer_is_unknown_and_not_repeated, fixture) {
  gate between(schema.options().socket);
  open({.socket = between.path(), .threads = 1});
  transaction([](db::session& s) { add(s, 1, 0); });
  between.set(gate::mode::swallow_commit);
  int attempts = 0;
  BOOST_CHECK_THROW(transaction([&](db::session& s) {
                      ++attempts;
                      add(s, 1, 5);
                    }),
                    db::commit_unknown);
  BOOST_TEST(attempts == 1);
  // It did happen.
  BOOST_TEST(eventually(10s, [&] { return amount(1) == 105; }));
  between.set(gate::mode::open);
  transaction([](db::session& s) { add(s, 1, 1); });
  BOOST_TEST(amount(1) == 106);
}

BOOST_FIXTURE_TEST_CASE(a_deadlock_is_tried_again_until_both_succeed, fixture) {
  open({.threads = 2, .time_limit = 30s});
  std::atomic<int> holding{0};
  std::atomic<int> attempts{0};
  const auto transfer = [&](int first, int second) {
    return [&, first, second](db::session& s) {
      ++attempts;
      add(s, first, -10);
      ++holding;
      // At the first attempt: now each has what the other wants.
      (void)eventually(4s, [&] { return holding >= 2; });
      add(s, second, 10);
    };
  };
  wait_for(loop, [&]() -> async::task<void> {
    const auto limit = async::deadline::in(20s);
    std::vector<async::task<bool>> both;
    for (const auto& [first, second] : {std::pair{1, 2}, std::pair{2, 1}}) {
      both.push_back(database->transaction(limit, [work = transfer(first, second)](db::session& s) {
        work(s);
        return true;
      }));
    }
    return [](std::vector<async::task<bool>> all) -> async::task<void> {
      co_await async::when_all(std::move(all));
    }(std::move(both));
  });
  BOOST_TEST(attempts >= 3);  // a slow commit of the first is waited for more than once
  BOOST_TEST(amount(1) == 100);
  BOOST_TEST(amount(2) == 200);
}

BOOST_FIXTURE_TEST_CASE(a_lock_that_does_not_come_free_ends_within_the_time_limit, fixture) {
  schema.as_root([&](db::session& holder) {
    holder.execute("SET idle_transaction_timeout = 60");
    holder.execute("START TRANSACTION");
    add(holder, 1, 1);
    auto quickest = 60'000ms;  // of three: the machine may be slow once
    for (int i = 0; i < 3; ++i) {
      const auto start = std::chrono::steady_clock::now();
      BOOST_CHECK_EXCEPTION(transaction([](db::session& s) { add(s, 1, 5); }), error, [](const error& e) {
        return e.kind() == fault::unavailable || e.kind() == fault::too_slow;
      });
      quickest = std::min(quickest, since(start));
    }
    BOOST_TEST(quickest.count() < 1900);  // a second attempt would take the second second
    holder.execute("ROLLBACK");
  });
  transaction([](db::session& s) { add(s, 1, 5); });
  BOOST_TEST(amount(1) == 105);
}

namespace {

// Its second change comes only when it is told to go on.
struct hanging_transaction {
  std::atomic<int> attempts{0};
  std::atomic<bool> holds_a_lock{false};
  std::atomic<bool> go_on{false};
  std::atomic<bool> ended{false};

  void begin(async::event_loop& loop, db::pool& database) {
    loop.post([this, &database] {
      const auto work = [this](db::session& s) {
        ++attempts;
        add(s, 1, 1);
        holds_a_lock = true;
        (void)eventually(60s, [this] { return go_on.load(); });
        add(s, 2, 1);
      };
      async::spawn(database.transaction(async::deadline::in(60s), work),
                   [this](std::exception_ptr) { ended = true; });
    });
  }
};

}  // namespace

// Frozen, or in an endless loop: its connection is up all the time.
BOOST_FIXTURE_TEST_CASE(a_transaction_that_hangs_is_ended_by_the_server_and_its_locks_come_free, fixture) {
  open({.threads = 2, .time_limit = 60s});
  hanging_transaction hanging;
  hanging.begin(loop, *database);
  BOOST_REQUIRE(eventually(10s, [&] { return hanging.holds_a_lock.load(); }));
  BOOST_TEST(eventually(30s, [&] { return adds_five(); }));
  BOOST_TEST(amount(1) == 105);
  // Once awake it finds that nothing of it was done, and begins anew.
  hanging.go_on = true;
  BOOST_REQUIRE(eventually(30s, [&] { return hanging.ended.load(); }));
  BOOST_TEST(hanging.attempts == 2);
  BOOST_TEST(amount(1) == 106);
  BOOST_TEST(amount(2) == 201);
}

// The server hears nothing of it any more, and no end of its connection either.
BOOST_FIXTURE_TEST_CASE(a_transaction_whose_owner_vanished_is_ended_by_the_server, fixture) {
  gate between(schema.options().socket);
  auto cut_off = schema.options();
  cut_off.socket = between.path();
  cut_off.threads = 1;
  cut_off.time_limit = 1s;
  db::pool vanishing{cut_off, logger, metrics};
  hanging_transaction hanging;
  hanging.begin(loop, vanishing);
  BOOST_REQUIRE(eventually(10s, [&] { return hanging.holds_a_lock.load(); }));
  between.set(gate::mode::hung);
  hanging.go_on = true;
  BOOST_REQUIRE(eventually(30s, [&] { return hanging.ended.load(); }));
  BOOST_TEST(eventually(30s, [&] { return adds_five(); }));
  BOOST_TEST(amount(1) == 105);
  BOOST_TEST(amount(2) == 200);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_committed_after_the_deadline, fixture) {
  BOOST_CHECK_THROW(transaction(
                        [](db::session& s) {
                          add(s, 1, 5);
                          const auto until = s.until();
                          BOOST_TEST(eventually(10s, [&] { return until.passed(); }));
                        },
                        200ms),
                    db::too_slow);
  BOOST_TEST(amount(1) == 100);
}

BOOST_FIXTURE_TEST_CASE(a_read_cannot_change_anything, fixture) {
  BOOST_CHECK_THROW(read([](db::session& s) { add(s, 1, 5); }), std::logic_error);
  BOOST_TEST(amount(1) == 100);
}

BOOST_FIXTURE_TEST_CASE(a_rule_of_the_schema_is_bad_data_and_a_foreign_key_a_broken_reference, fixture) {
  BOOST_CHECK_THROW(transaction([](db::session& s) { add(s, 1, 2'000'000); }), db::bad_data);
  run("CREATE TABLE owner (account INT NOT NULL, FOREIGN KEY (account) REFERENCES account (id))");
  BOOST_CHECK_THROW(transaction([](db::session& s) { s.execute("INSERT INTO owner VALUES (3)"); }),
                    db::broken_reference);
}

BOOST_FIXTURE_TEST_CASE(wrong_sql_is_our_bug_and_says_nothing_to_the_client, fixture) {
  BOOST_CHECK_EXCEPTION(
      read([](db::session& s) { s.query("SELECT secret FROM account"); }), error, [](const error& e) {
        return e.kind() == fault::internal && e.detail().find("secret") == std::string::npos;
      });
  BOOST_TEST(read([](db::session& s) { return s.query("SELECT 1").front().integer(0); }) == 1);
}
