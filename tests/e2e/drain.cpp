// Restarting, scaling and crashing replicas while people shop.
#include "tests/e2e/unnoticed.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

constexpr int shoppers = 8;

}  // namespace

BOOST_AUTO_TEST_CASE(restarting_every_service_in_turn_fails_no_request) {
  steady_load load(shoppers, mixed_shopping(), is_success);
  for (const auto* service : {"customer", "products", "shopping", "bff-web", "bff-mobile", "crm-mailer"})
    BOOST_TEST(command(std::string("restart ") + service) == 0, service);
  require_no_failure(load.finish());
}

BOOST_AUTO_TEST_CASE(scaling_a_service_up_and_down_fails_no_request) {
  steady_load load(shoppers, mixed_shopping(), is_success);
  BOOST_TEST(command("scale products=3") == 0);
  BOOST_TEST(replicas_of("products").size() == 3U);
  BOOST_TEST(command("scale products=1") == 0);
  BOOST_TEST(replicas_of("products").size() == 1U);
  BOOST_TEST(command("scale products=2") == 0);
  require_no_failure(load.finish());
}

BOOST_AUTO_TEST_CASE(killing_a_replica_of_each_service_fails_no_read_and_it_comes_back) {
  steady_load load(shoppers, only_reads(), is_success);
  for (const auto* service : {"customer", "products", "shopping", "bff-web", "bff-mobile"}) {
    const auto victim = replicas_of(service).at(0);
    BOOST_REQUIRE_EQUAL(::kill(victim.pid, SIGKILL), 0);
    BOOST_TEST(becomes_true(
                   [&] {
                     for (const auto& each : replicas_of(service))
                       if (each.name == victim.name && each.pid != victim.pid && each.pid > 0)
                         return browser(each.url()).get("/status").status == 200;
                     return false;
                   },
                   20s),
               victim.name << " did not come back");
  }
  require_no_failure(load.finish());
}
