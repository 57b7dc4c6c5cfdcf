// Whose tokens are good for nothing any more.
#include "common/auth/revocations.hpp"

#include "common/auth/token.hpp"
#include "common/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace std::chrono_literals;

namespace {

auth::identity issued(std::int64_t customer, std::chrono::sys_seconds at) {
  auth::identity who;
  who.customer_id = customer;
  who.role = "user";
  who.issued_at = at;
  return who;
}

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_token_issued_before_the_revocation_is_covered_and_a_later_one_is_not) {
  auth::revocations all{900s};
  const auto moment = now();
  all.revoke(7, moment);
  BOOST_TEST(all.cover(issued(7, moment - 60s)));
  BOOST_TEST(all.cover(issued(7, moment)));
  BOOST_TEST(!all.cover(issued(7, moment + 1s)));
  BOOST_TEST(!all.cover(issued(8, moment - 60s)));
}

// In microseconds the second would come round to a time far ahead.
BOOST_AUTO_TEST_CASE(a_token_from_the_beginning_of_all_time_is_covered) {
  auth::revocations all{900s};
  all.revoke(7, now());
  BOOST_TEST(all.cover(issued(7, std::chrono::sys_seconds::min())));
  BOOST_TEST(all.cover(issued(7, std::chrono::sys_seconds{-13'835'058'055'282s})));
}

BOOST_AUTO_TEST_CASE(of_two_revocations_the_later_one_counts_in_any_order) {
  auth::revocations all{900s};
  const auto moment = now();
  all.revoke(7, moment);
  all.revoke(7, moment - 60s);
  BOOST_TEST(all.cover(issued(7, moment - 30s)));
  BOOST_TEST(all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_no_living_token_can_meet_is_forgotten) {
  auth::revocations all{900s};
  all.revoke(1, now() - 3600s);
  all.revoke(2, now());
  BOOST_TEST(all.size() <= 2U);
  auth::revocations fresh{900s};
  fresh.revoke(1, now() - 3600s);
  BOOST_TEST(fresh.size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_verifier_refuses_a_revoked_token) {
  auth::token_rules rules;
  rules.keys.push_back({"1", std::string(32, 'k')});
  auth::revocations all{900s};
  const auth::token_issuer issuer{rules};
  const auth::token_verifier verifier{rules, &all};
  const auto token = issuer.issue(issued(7, {}), now());
  const auto other = issuer.issue(issued(8, {}), now());
  BOOST_TEST(verifier.verify(token, now()).customer_id == 7);
  all.revoke(7, now() + 1s);
  BOOST_CHECK_EXCEPTION((void)verifier.verify(token, now()), error,
                        [](const error& why) { return why.slug() == "token-invalid"; });
  BOOST_TEST(verifier.verify(other, now()).customer_id == 8);
}
