// What goes into the database comes out unchanged: types, text of any bytes, time zone, numbers.
#include "common/db/error.hpp"
#include "tests/db/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace mercat;
using namespace mercat::test;

namespace {

struct fixture : with_database {
  fixture() {
    run("CREATE TABLE item (id BIGINT AUTO_INCREMENT PRIMARY KEY, words LONGTEXT, number BIGINT, flag "
        "BOOLEAN, "
        "at DATETIME(6), short VARCHAR(5), bytes VARBINARY(100), positive BIGINT UNSIGNED, "
        "share DECIMAL(8,2), UNIQUE KEY one_short (short))");
  }

  std::string there_and_back(std::string_view text) {
    return transaction([&](db::session& s) {
      return s.query("INSERT INTO item (words) VALUES (?) RETURNING words", text).front().text(0);
    });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(text_of_any_bytes_survives, fixture) {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv, "plain"sv, "it's \"quoted\" \\ and % _"sv, "gr\u00fc\u00df \U0001F600\U0001F6D2"sv,
        "before\0after\0"sv, "'; DROP TABLE item; --"sv, " spaces "sv, "\r\n\t\x1a"sv}) {
    BOOST_TEST(there_and_back(text) == text);
  }
}

BOOST_FIXTURE_TEST_CASE(long_text_survives, fixture) {
  std::string text(700'000, 'x');
  text[300'000] = '\0';
  text += "\U0001F600";
  BOOST_TEST((there_and_back(text) == text));
  // The statement that carried it serves short text again.
  BOOST_TEST(there_and_back("short") == "short");
}

BOOST_FIXTURE_TEST_CASE(bytes_that_are_no_text_survive_in_a_binary_column, fixture) {
  const std::string bytes{"\xff\x00\xfe'\"", 5};
  const auto back = transaction([&](db::session& s) {
    return s.query("INSERT INTO item (bytes) VALUES (?) RETURNING bytes", bytes).front().text(0);
  });
  BOOST_TEST(back == bytes);
}

BOOST_FIXTURE_TEST_CASE(invalid_utf8_is_refused_as_bad_data, fixture) {
  BOOST_CHECK_THROW(there_and_back("\xff\xfe"), db::bad_data);
}

BOOST_FIXTURE_TEST_CASE(numbers_flags_times_and_nulls_survive, fixture) {
  const db::sql_time at = std::chrono::sys_days{std::chrono::year{2026} / 3 / 29} + 2h + 30min + 1us;
  const std::optional<std::string> nothing;
  const auto back = transaction([&](db::session& s) {
    s.execute("INSERT INTO item (words, number, flag, at, positive, share) VALUES (?, ?, ?, ?, ?, ?)",
              nothing, std::int64_t{INT64_MIN}, true, at, std::int64_t{INT64_MAX}, "-12.30");
    return *s.query_one(
        "SELECT words, number, flag, at, positive, share, (SELECT SUM(number) FROM item), "
        "(SELECT COUNT(*) FROM item), (SELECT SUM(positive) - 1 FROM item) FROM item");
  });
  BOOST_TEST(back.is_null(0));
  BOOST_TEST(back.integer(1) == INT64_MIN);
  BOOST_TEST(back.boolean(2));
  BOOST_TEST((back.time(3) == at));
  BOOST_TEST(back.integer(4) == INT64_MAX);
  BOOST_TEST(back.text(5) == "-12.30");
  BOOST_TEST(back.integer(6) == INT64_MIN);
  BOOST_TEST(back.integer(7) == 1);
  BOOST_TEST(back.integer(8) == INT64_MAX - 1);
}

BOOST_FIXTURE_TEST_CASE(a_number_beyond_64_bits_is_refused_not_clamped, fixture) {
  const auto ask = [&](std::string_view sql) { read([&](db::session& s) { s.query(sql); }); };
  BOOST_CHECK_THROW(ask("SELECT CAST(18446744073709551615 AS UNSIGNED)"), std::logic_error);
  BOOST_CHECK_THROW(ask("SELECT CAST('99999999999999999999' AS DECIMAL(20, 0))"), std::logic_error);
}

BOOST_FIXTURE_TEST_CASE(a_column_read_as_what_it_is_not_is_a_bug_that_shows, fixture) {
  const auto found = read([&](db::session& s) { return *s.query_one("SELECT NULL, 1, 'x'"); });
  BOOST_CHECK_THROW((void)found.integer(0), std::logic_error);
  BOOST_CHECK_THROW((void)found.text(1), std::logic_error);
  BOOST_CHECK_THROW((void)found.time(2), std::logic_error);
  BOOST_CHECK_THROW((void)found.integer(3), std::logic_error);
}

BOOST_FIXTURE_TEST_CASE(no_row_is_no_error, fixture) {
  read([&](db::session& s) {
    BOOST_TEST(s.query("SELECT id FROM item").empty());
    BOOST_TEST(!s.query_one("SELECT id FROM item WHERE id = ?", 7).has_value());
  });
}

BOOST_FIXTURE_TEST_CASE(the_session_is_utc_strict_utf8_and_read_committed, fixture) {
  const auto found = read([&](db::session& s) {
    return *s.query_one(
        "SELECT @@time_zone, @@character_set_client, @@character_set_results, @@sql_mode, @@tx_isolation, "
        "@@innodb_lock_wait_timeout, @@autocommit");
  });
  BOOST_TEST(found.text(0) == "+00:00");
  BOOST_TEST(found.text(1) == "utf8mb4");
  BOOST_TEST(found.text(2) == "utf8mb4");
  BOOST_TEST(found.text(3).find("STRICT_ALL_TABLES") != std::string::npos);
  BOOST_TEST(found.text(4) == "READ-COMMITTED");
  BOOST_TEST(found.integer(5) == 1);
  BOOST_TEST(found.integer(6) == 1);
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_a_column_is_bad_data, fixture) {
  const auto insert = [&](std::string_view sql, std::string_view value) {
    transaction([&](db::session& s) { s.execute(sql, value); });
  };
  BOOST_CHECK_THROW(insert("INSERT INTO item (short) VALUES (?)", "too long"), db::bad_data);
  BOOST_CHECK_THROW(insert("INSERT INTO item (number) VALUES (?)", "no number"), db::bad_data);
  BOOST_CHECK_THROW(insert("INSERT INTO item (positive) VALUES (?)", "-1"), db::bad_data);
  BOOST_CHECK_THROW(insert("INSERT INTO item (at) VALUES (?)", "2026-02-30 00:00:00"), db::bad_data);
}

BOOST_FIXTURE_TEST_CASE(a_duplicate_names_its_key, fixture) {
  const auto insert = [&](db::session& s) { s.execute("INSERT INTO item (short) VALUES (?)", "a'b'"); };
  transaction(insert);
  BOOST_CHECK_EXCEPTION(transaction(insert), db::duplicate_key,
                        [](const auto& e) { return e.key == "one_short"; });
}

BOOST_FIXTURE_TEST_CASE(an_update_counts_the_rows_it_found_not_those_it_changed, fixture) {
  run("INSERT INTO item (number) VALUES (1), (1)");
  const auto update = [&](db::session& s) { return s.execute("UPDATE item SET number = ?", 1); };
  BOOST_TEST(transaction(update) == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_id_of_the_last_insert_is_known, fixture) {
  const auto id = transaction([&](db::session& s) {
    s.execute("INSERT INTO item (number) VALUES (5)");
    return s.last_id();
  });
  BOOST_TEST(count("SELECT id FROM item WHERE number = 5") == id);
}

BOOST_AUTO_TEST_CASE(a_text_of_sql_is_prepared_once_per_connection) {
  with_database one({.threads = 1});
  const auto prepared = [&] {
    return one.read([&](db::session& s) {
      return std::stoll(s.query("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").front().text(1));
    });
  };
  (void)prepared();
  const auto before = prepared();
  for (int i = 0; i < 20; ++i) {
    one.read([&](db::session& s) { s.query("SELECT ?", i); });
    one.transaction([&](db::session& s) { s.query("SELECT ?", i); });
  }
  BOOST_TEST(prepared() == before + 1);
}
