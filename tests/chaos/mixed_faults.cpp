// All faults in random mixes, from a seed: ./mercat test chaos --minutes N --seed S.
#include "tests/chaos/trial.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat::chaos;

BOOST_AUTO_TEST_CASE(no_order_is_lost_doubled_or_oversold_whatever_breaks) {
  stage where;
  trial run{where, {"mixed faults", seed_of_run(), {}}};
  run.warm_up();
  run.strike_at_random(std::chrono::milliseconds{static_cast<long>(minutes_of_run() * 60'000)});
  BOOST_TEST(run.finish() == 0);
}
