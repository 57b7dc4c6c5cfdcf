#include "common/db/time_text.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace mercat::db;
using namespace std::chrono_literals;

namespace {
std::string written(sql_time at) {
  const auto text = write_time(at);
  return {text.data(), text.size()};
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_time_is_written_and_read_to_the_microsecond) {
  const sql_time at = std::chrono::sys_days{std::chrono::year{2026} / 2 / 28} + 23h + 59min + 59s + 7us;
  BOOST_TEST(written(at) == "2026-02-28 23:59:59.000007");
  BOOST_TEST((read_time(written(at)) == at));
}

BOOST_AUTO_TEST_CASE(a_time_before_1970_is_written_and_read) {
  const sql_time at = std::chrono::sys_days{std::chrono::year{1969} / 12 / 31} + 23h + 59min + 59s + 999999us;
  BOOST_TEST(written(at) == "1969-12-31 23:59:59.999999");
  BOOST_TEST((read_time(written(at)) == at));
}

BOOST_AUTO_TEST_CASE(a_time_without_a_fraction_is_read) {
  BOOST_TEST((read_time("1970-01-01 00:00:01") == sql_time{1s}));
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused) {
  for (const char* text : {"", "2026-02-30 00:00:00", "0000-00-00 00:00:00", "2026-01-01T00:00:00Z!",
                           "2026-01-01 00:00:0x", "2026-01-01"}) {
    BOOST_CHECK_THROW((void)read_time(text), std::logic_error);
  }
}
