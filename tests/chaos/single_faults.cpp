// Each fault alone, so that what it breaks is known by its name. Long: only where the mixes are long, too.
#include "tests/chaos/trial.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace mercat::chaos;

BOOST_AUTO_TEST_CASE(no_order_is_lost_doubled_or_oversold_by_any_one_fault) {
  const char* only = std::getenv("MERCAT_CHAOS_FAULT");
  if (only == nullptr && minutes_of_run() < 5) {
    BOOST_TEST_MESSAGE("not in a short run: ./mercat test chaos does it");
    return;
  }
  stage where;
  for (const auto& each : all_faults()) {
    if (only != nullptr && each.name != only) continue;
    trial_options options{each.name, seed_of_run(), {}, only == nullptr};
    options.size = {.customers = 8, .stockers = 1, .products = 4, .units = 20};
    trial run{where, options};
    run.warm_up();
    run.strike(each);
    run.strike(each);
    BOOST_TEST(run.finish() == 0, each.name);
  }
}
