#include "common/resilience/circuit_breaker.hpp"

#include <boost/test/unit_test.hpp>

using mercat::resilience::circuit_breaker;
using namespace std::chrono_literals;

namespace {

struct fixture {
  circuit_breaker breaker{{.failures = 3, .open_for = 1000ms}};
  circuit_breaker::clock::time_point now{};

  void fail_until_open() {
    for (int i = 0; i < 3; ++i) {
      BOOST_TEST(breaker.allow(now));
      breaker.failed(now);
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(failures_in_a_row_open_it, fixture) {
  fail_until_open();
  BOOST_TEST(!breaker.allow(now + 999ms));
}

BOOST_FIXTURE_TEST_CASE(a_success_between_failures_keeps_it_closed, fixture) {
  for (int i = 0; i < 10; ++i) {
    breaker.failed(now);
    breaker.failed(now);
    breaker.succeeded();
  }
  BOOST_TEST(breaker.allow(now));
}

BOOST_FIXTURE_TEST_CASE(after_its_time_one_trial_goes_out_and_only_one, fixture) {
  fail_until_open();
  BOOST_TEST(breaker.allow(now + 1s));
  BOOST_TEST(!breaker.allow(now + 1s));
}

BOOST_FIXTURE_TEST_CASE(a_successful_trial_closes_it, fixture) {
  fail_until_open();
  BOOST_TEST(breaker.allow(now + 1s));
  breaker.succeeded();
  BOOST_TEST(breaker.allow(now + 1s));
  BOOST_TEST(breaker.allow(now + 1s));
}

BOOST_FIXTURE_TEST_CASE(a_failed_trial_opens_it_again_for_the_whole_time, fixture) {
  fail_until_open();
  BOOST_TEST(breaker.allow(now + 1s));
  breaker.failed(now + 1500ms);
  BOOST_TEST(!breaker.allow(now + 2400ms));
  BOOST_TEST(breaker.allow(now + 2500ms));
}

BOOST_FIXTURE_TEST_CASE(an_abandoned_trial_frees_its_place, fixture) {
  fail_until_open();
  BOOST_TEST(breaker.allow(now + 1s));
  breaker.abandoned();
  BOOST_TEST(breaker.allow(now + 1s));
}

BOOST_FIXTURE_TEST_CASE(late_failures_do_not_keep_it_open_longer, fixture) {
  fail_until_open();
  breaker.failed(now + 900ms);
  BOOST_TEST(breaker.allow(now + 1s));
}
