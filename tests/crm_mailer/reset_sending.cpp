// A forgotten password's event on a real MariaDB and RabbitMQ: one mail, in time or not at all.
#include "common/rfc3339.hpp"
#include "common/utc_now.hpp"
#include "tests/crm_mailer/running_mailer.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>

using namespace mercat;
using namespace std::chrono_literals;
using test::running_mailer;

namespace {

const std::string token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN_-0";

void forgotten(const running_mailer& mailer, std::int64_t customer, const std::string& email,
               std::chrono::milliseconds good_for, const std::string& event = uuid_v7()) {
  const auto end = utc_now() + good_for;
  mailer.deliver(event, "customer.password-forgotten",
                 "{\"customerId\":" + std::to_string(customer) + R"(,"email":")" + email +
                     R"(","name":null,"token":")" + token + R"(","expiresAt":")" + rfc3339(end) + "\"}");
}

}  // namespace

BOOST_AUTO_TEST_CASE(who_forgot_the_password_gets_one_mail_and_none_when_the_time_is_over) {
  running_mailer mailer;
  const auto event = uuid_v7();
  forgotten(mailer, 1, "ada@example.org", 10min, event);
  forgotten(mailer, 2, "late@example.org", -1s);
  BOOST_REQUIRE(mailer.handled(2));
  forgotten(mailer, 1, "ada@example.org", 10min, event);
  mailer.deleted(3);
  BOOST_REQUIRE(mailer.handled(3));
  forgotten(mailer, 3, "gone@example.org", 10min);
  forgotten(mailer, 4, "bob@example.org",
            std::chrono::years{374});  // as nanoseconds it would lie before 1970
  BOOST_REQUIRE(mailer.handled(5));
  const std::vector<std::string> expected{"ada@example.org", "bob@example.org"};
  BOOST_TEST(mailer.recipients() == expected, boost::test_tools::per_element());
  BOOST_TEST(mailer.count("sent_mail WHERE kind = 'password-reset'") == 2);
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
}

BOOST_AUTO_TEST_CASE(a_mail_postponed_beyond_its_time_is_done_and_no_dead_letter) {
  std::atomic<int> asked{0};
  running_mailer mailer([&asked](const std::string& line) -> std::optional<std::string> {
    if (line.starts_with("RCPT")) return ++asked, "450 4.2.2 mailbox full";
    return std::nullopt;
  });
  forgotten(mailer, 1, "ada@example.org", 8s);
  BOOST_TEST(test::eventually([&] { return asked > 0; }));
  BOOST_TEST(mailer.handled(1));
  BOOST_TEST(test::eventually([&] { return mailer.count("postponed_mail") == 0; }, 30s));
  BOOST_TEST(mailer.recipients().empty());
  BOOST_TEST(mailer.count("sent_mail") == 0);
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
}
