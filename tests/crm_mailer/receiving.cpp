// From the event to the mail, on a real MariaDB and RabbitMQ.
#include "tests/crm_mailer/running_mailer.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>

using namespace mercat;
using namespace std::chrono_literals;
using test::running_mailer;

using test::libcurl;
BOOST_TEST_GLOBAL_FIXTURE(libcurl);

BOOST_AUTO_TEST_CASE(an_event_delivered_twice_gives_one_mail) {
  running_mailer mailer;
  const auto event = uuid_v7();
  mailer.signed_up(1, "ada@example.org", event);
  mailer.signed_up(1, "ada@example.org", event);
  BOOST_REQUIRE(mailer.handled(1));
  mailer.signed_up(1, "ada@example.org", event);
  mailer.signed_up(2, "bob@example.org");
  BOOST_REQUIRE(mailer.handled(2));
  const std::vector<std::string> expected{"ada@example.org", "bob@example.org"};
  BOOST_TEST(mailer.recipients() == expected, boost::test_tools::per_element());
  BOOST_TEST(mailer.server.taken()[0].message.find("Message-ID: <" + event + "@mercat.test>\r\n") !=
             std::string::npos);
  BOOST_TEST(mailer.count("sent_mail WHERE kind = 'welcome'") == 2);
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
}

BOOST_AUTO_TEST_CASE(who_left_gets_no_mail_whatever_the_order_of_events) {
  running_mailer mailer;
  mailer.deleted(1);
  BOOST_REQUIRE(mailer.handled(1));
  mailer.signed_up(1, "gone@example.org");
  mailer.signed_up(2, "bob@example.org");
  BOOST_REQUIRE(mailer.handled(3));
  const std::vector<std::string> expected{"bob@example.org"};
  BOOST_TEST(mailer.recipients() == expected, boost::test_tools::per_element());
  BOOST_TEST(mailer.count("sent_mail") == 1);
}

BOOST_AUTO_TEST_CASE(a_mail_server_that_is_away_loses_nothing) {
  running_mailer mailer;
  mailer.gate.refuse();
  mailer.gate.close();
  for (int i = 1; i <= 5; ++i) mailer.signed_up(i, "a" + std::to_string(i) + "@example.org");
  BOOST_REQUIRE(test::eventually([&] { return !mailer.sender->reachable(); }));
  BOOST_TEST(mailer.server.taken().empty());
  mailer.gate.pass();
  BOOST_TEST(mailer.handled(5));
  auto got = mailer.recipients();
  std::ranges::sort(got);
  const std::vector<std::string> expected{"a1@example.org", "a2@example.org", "a3@example.org",
                                          "a4@example.org", "a5@example.org"};
  BOOST_TEST(got == expected, boost::test_tools::per_element());
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
}

BOOST_AUTO_TEST_CASE(a_mail_server_that_postpones_is_asked_again) {
  std::atomic<int> asked{0};
  running_mailer mailer([&asked](const std::string& line) -> std::optional<std::string> {
    if (line.starts_with("RCPT") && ++asked <= 2) return "451 greylisted";
    return std::nullopt;
  });
  mailer.signed_up(1, "ada@example.org");
  BOOST_TEST(mailer.handled(1));
  BOOST_TEST(test::eventually([&] { return mailer.count("sent_mail") == 1; }));
  BOOST_TEST(mailer.recipients().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_can_never_be_sent_goes_to_the_dead_letters_and_stops_nothing) {
  running_mailer mailer([](const std::string& line) -> std::optional<std::string> {
    if (line.starts_with("RCPT TO:<nobody@")) return "550 no such user";
    return std::nullopt;
  });
  mailer.signed_up(1, "nobody@example.org");
  mailer.deliver(uuid_v7(), "customer.signed-up", "{");
  mailer.deliver(uuid_v7(), "customer.signed-up", R"({"customerId":3,"email":"a@b.cd\r\nRCPT TO:<x@y.zz>"})");
  mailer.signed_up(4, "ada@example.org");
  BOOST_TEST(test::eventually([&] { return mailer.recipients().size() == 1U; }));
  std::vector<std::string> dead;
  BOOST_TEST(test::eventually([&] {
    for (auto& each : mailer.broker.take("crm-mailer.dead")) dead.push_back(std::move(each));
    return dead.size() >= 3U;
  }));
  BOOST_TEST(dead.size() == 3U);
  BOOST_TEST(mailer.recipients()[0] == "ada@example.org");
  BOOST_TEST(test::eventually([&] { return mailer.count("sent_mail") == 1; }));
}
