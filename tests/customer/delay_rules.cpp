// Who has to wait for how long, and which clients count as one.
#include "customer/client_network.hpp"
#include "customer/login_delay.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::customer;
using namespace std::chrono_literals;

namespace {

std::int64_t seconds_after(std::int64_t failures, std::chrono::milliseconds since_last = 0ms,
                           std::chrono::seconds longest = 300s) {
  const auto left = left_to_wait({failures, since_last}, {5, longest});
  return left == 0ms ? 0 : too_many_failures(left).retry_after().value().count();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login_delay)

BOOST_AUTO_TEST_CASE(the_delay_begins_after_the_free_failures_and_doubles_up_to_the_longest) {
  for (int free = 0; free < 5; ++free) BOOST_TEST(seconds_after(free) == 0);
  const std::vector<std::int64_t> expected{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
  for (std::size_t i = 0; i < expected.size(); ++i)
    BOOST_TEST(seconds_after(5 + static_cast<std::int64_t>(i)) == expected[i]);
  BOOST_TEST(seconds_after(1'000'000'000) == 300);
  BOOST_TEST(seconds_after(1'000'000'000, 0ms, 3600s) == 3600);
  BOOST_TEST(seconds_after(6, 0ms, 1s) == 1);
}

BOOST_AUTO_TEST_CASE(time_that_has_passed_counts_and_what_is_left_is_never_said_too_short) {
  BOOST_TEST(seconds_after(7, 1ms) == 4);
  BOOST_TEST(seconds_after(7, 1000ms) == 3);
  BOOST_TEST(seconds_after(7, 3999ms) == 1);
  BOOST_TEST(seconds_after(7, 4000ms) == 0);
  BOOST_TEST(seconds_after(7, 24h) == 0);
}

BOOST_AUTO_TEST_CASE(one_account_is_one_guess_however_it_is_spelt) {
  const auto ada = guess_of(email_address::parse("Ada@Example.org"), "n");
  BOOST_TEST(ada.account == guess_of(email_address::parse("ada@example.ORG"), "").account);
  BOOST_TEST(ada.account != guess_of(email_address::parse("eve@example.org"), "").account);
  BOOST_TEST(ada.account.find("ada") == std::string::npos);
  BOOST_TEST(ada.network == "n");
  BOOST_TEST(guess_of(std::nullopt, "").account.size() == ada.account.size());
}

BOOST_AUTO_TEST_CASE(a_network_is_an_ipv4_address_or_the_first_half_of_an_ipv6_address) {
  BOOST_TEST(client_network("203.0.113.7") == "203.0.113.7");
  BOOST_TEST(client_network(" 203.0.113.7 ") == "203.0.113.7");
  BOOST_TEST(client_network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  BOOST_TEST(client_network("2001:0DB8:0001:0002::9") == "2001:db8:1:2::/64");
  BOOST_TEST(client_network("2001:db8:1:3::9") == "2001:db8:1:3::/64");
  BOOST_TEST(client_network("::ffff:203.0.113.7") == "203.0.113.7");
  BOOST_TEST(client_network("::1") == "::/64");
}

BOOST_AUTO_TEST_CASE(only_the_last_entry_counts_and_only_when_it_is_an_address) {
  BOOST_TEST(client_network("198.51.100.1, 203.0.113.7") == "203.0.113.7");
  BOOST_TEST(client_network("203.0.113.7, unknown") == "");
  for (const auto* none :
       {"", " ", ",", "203.0.113.7,", "unknown", "203.0.113", "203.0.113.7:80", "1.2.3.4.5", "[2001:db8::1]",
        "2001:db8::1%eth0", "0x7f.1", "203.0.113.7 203.0.113.8"})
    BOOST_TEST(client_network(none) == "", none);
}

BOOST_AUTO_TEST_SUITE_END()
