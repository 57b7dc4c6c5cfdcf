// Many sign-ups with one e-mail address at one process.
#include "customer/store.hpp"
#include "tests/customer/at_once.hpp"
#include "tests/support/sanitized.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using test::at_once;
using test::running_customer;
using test::with_status;

BOOST_AUTO_TEST_CASE(of_200_sign_ups_at_once_one_succeeds_and_the_rest_find_the_email_taken) {
  constexpr int many = test::sanitized ? 60 : 200;
  running_customer shop(auth::password_hasher_options{});  // one thread, 32 in its queue: as in production
  const auto answers = at_once(
      many, [&](int i) { return shop.sign_up(i % 2 == 0 ? "race@example.org" : "Race@Example.ORG"); });
  BOOST_TEST(with_status(answers, 201) == 1);
  // 504: the time of the last is over on a slow machine before their turn comes.
  const auto taken = with_status(answers, 422);
  BOOST_TEST(taken + with_status(answers, 504) == many - 1);
  BOOST_TEST(taken >= many / 2);
  for (const auto& each : answers)
    if (each.status == 422) BOOST_TEST(each.slug() == "email-taken");
  BOOST_TEST(shop.count("customer") == 1);
  BOOST_TEST(shop.events(1).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_taken_email_is_told_without_hashing) {
  running_customer shop({1, 0});  // no password can be hashed
  shop.schema().as_root([](db::session& s) {
    static_cast<void>(
        customer::store::insert(s, {customer::email_address::parse("ada@example.org"), std::nullopt,
                                    std::nullopt, "a hash", customer::role::user}));
  });
  BOOST_TEST(shop.sign_up("ADA@example.org").slug() == "email-taken");
  BOOST_TEST(shop.sign_up("eve@example.org").status == 503);
}

BOOST_AUTO_TEST_CASE(other_emails_do_not_wait_for_each_other) {
  running_customer shop;
  // Few enough for a sanitized build to hash within their deadline.
  const auto answers =
      at_once(5, [&](int i) { return shop.sign_up("a" + std::to_string(i) + "@example.org"); });
  BOOST_TEST(with_status(answers, 201) == 5);
}

BOOST_AUTO_TEST_CASE(when_a_sign_up_fails_the_next_one_with_its_email_gets_its_turn) {
  running_customer shop({1, 0});  // no password can be hashed
  const auto answers = at_once(20, [&](int) { return shop.sign_up("ada@example.org"); });
  BOOST_TEST(with_status(answers, 503) == 20);
  BOOST_TEST(shop.count("customer") == 0);
}
