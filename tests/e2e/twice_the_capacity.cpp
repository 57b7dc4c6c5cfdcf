// More requests than can be answered: those that are taken are answered as quickly as before, the others are
// told so at once, and nothing of it is left when the rush is over.
#include "tests/e2e/open_load.hpp"
#include "tests/e2e/second_trial.hpp"
#include "tests/e2e/shop.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

open_load_plan plan_for(std::chrono::milliseconds lasting) {
  open_load_plan plan;
  plan.port = static_cast<std::uint16_t>(std::stoi(url().substr(url().rfind(':') + 1)));
  plan.paths = {"/api/products/1", "/api/products?limit=10", "/api/products/2", "/api/home"};
  plan.lasting = lasting;
  return plan;
}

long refusals(const open_load_report& of) {
  return of.answered(503) + of.answered(429);
}

long answers(const open_load_report& of) {
  long all = 0;
  for (const auto& [status, times] : of.took) all += static_cast<long>(times.size());
  return all;
}

verdict judge(const open_load_report& overloaded, const open_load_report& after, double capacity) {
  verdict given;
  given.require(overloaded.broken == 0, std::to_string(overloaded.broken) + " answers broke off");
  given.require(overloaded.hanging == 0, std::to_string(overloaded.hanging) + " requests hang");
  // 504: its deadline passed before its turn came. Rare, and only where others take the processors, too.
  const auto too_late = overloaded.answered(504);
  given.require(answers(overloaded) == overloaded.answered(200) + refusals(overloaded) + too_late,
                "some answers are neither success nor refusal");
  given.require(too_late < answers(overloaded) / 20, "what is not refused is not answered, either");
  given.require(refusals(overloaded) > answers(overloaded) / 10, "what is too much was queued, not refused");
  given.require(overloaded.per_second(200) > capacity / 3, "the useful work collapsed");
  given.require(overloaded.percentile(200, 0.99) < 3000, "what is answered is slow");
  given.require(overloaded.percentile(503, 0.99) < 3000, "what is refused is refused slowly");
  given.require(answers(after) == after.answered(200), "it goes on refusing after the rush");
  given.require(after.percentile(200, 0.99) < 1000, "it is slow after the rush");
  return given;
}

verdict rush() {
  const auto phase = run_everything() ? 20s : 8s;

  auto closed = plan_for(phase / 2);
  static_cast<void>(run(closed));  // warm
  const auto measured = run(closed);
  const auto capacity = measured.per_second(200);
  BOOST_TEST_MESSAGE("capacity " << static_cast<long>(capacity) << "/s   " << to_text(measured));
  BOOST_REQUIRE(capacity > 0);

  auto twice = plan_for(phase);
  twice.per_second = 2 * capacity;
  twice.connections = 2000;
  const auto overloaded = run(twice);
  BOOST_TEST_MESSAGE("twice that           " << to_text(overloaded));

  auto calm = plan_for(phase / 2);
  calm.per_second = capacity / 4;
  const auto after = run(calm);
  BOOST_TEST_MESSAGE("a quarter, at once   " << to_text(after));
  return judge(overloaded, after, capacity);
}

}  // namespace

BOOST_AUTO_TEST_CASE(at_twice_the_capacity_accepted_requests_stay_quick_and_the_rest_are_refused_quickly) {
  require_in_one_of_two(rush);
}
