// What the other services hear of a deletion covers every token that there can be, also one whose maker's
// clock is ahead.
#include "common/auth/token.hpp"
#include "tests/customer/running_customer.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using test::eventually;
using test::running_customer;

namespace {

using namespace std::chrono_literals;

// A replica of another service: it keeps what is revoked, and verifies tokens of a key of its own.
struct other_service {
  log::logger logger{"products", "products-1", log::level::error};
  metrics::registry metrics;
  async::event_loop loop{"events"};
  auth::revocations revoked{15min};
  amqp::connection connection;
  messaging::revocation_feed feed;
  auth::token_rules rules = one_key();
  auth::token_verifier verifier{rules, &revoked};

  explicit other_service(running_customer& shop)
      : connection(loop, shop.rabbit().options("products-1"), logger, metrics),
        feed(connection, "products-1", revoked, logger, metrics) {
    BOOST_REQUIRE(eventually([&] { return feed.complete(); }));
  }

  static auth::token_rules one_key() {
    auth::token_rules rules;
    rules.keys = {{"1", "another secret of tests, longer than 32 bytes"}};
    return rules;
  }
  // At `now`, a token that was dated so.
  bool takes(std::int64_t customer, std::chrono::sys_seconds dated, std::chrono::sys_seconds now) const {
    auth::identity who;
    who.customer_id = customer;
    who.role = "user";
    who.email = "somebody@example.org";
    const auto token = auth::token_issuer{rules}.issue(who, dated);
    try {
      return verifier.verify(token, now).customer_id == customer;
    } catch (const error& refused) {
      BOOST_TEST(refused.slug() == "token-invalid");
      return false;
    }
  }
};

std::chrono::sys_seconds whole_second() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_token_dated_ahead_is_covered_by_the_revocation_of_a_deletion) {
  running_customer shop;
  const auto ada = shop.member("ada@example.org");
  const auto id = ada.integer("id");
  const other_service listening{shop};
  const auto began = whole_second();
  const auto ahead = began + listening.rules.clock_skew;  // the most that a verifier takes
  BOOST_REQUIRE(listening.takes(id, began, began));
  BOOST_REQUIRE(listening.takes(id, ahead, began));
  BOOST_REQUIRE(shop.call("DELETE", "/profile", {}, ada.text("accessToken")).status == 204);
  // It heard the event ...
  BOOST_REQUIRE(eventually([&] { return !listening.takes(id, began, began); }));
  BOOST_TEST(!listening.takes(id, ahead, began));
  BOOST_TEST(listening.takes(id + 1, ahead, began));
  // ... and one that starts now asked for what happened before.
  const other_service late{shop};
  BOOST_TEST(!late.takes(id, ahead, began));
  BOOST_TEST(late.takes(id + 1, ahead, began));
}
