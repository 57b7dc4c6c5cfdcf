// smtp_sender against a server that takes, refuses, postpones or keeps silent.
#include "common/async/event_loop.hpp"
#include "common/error.hpp"
#include "crm-mailer/smtp_sender.hpp"
#include "tests/crm_mailer/scripted_smtp_server.hpp"
#include "tests/support/closed_port.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/tcp_gate.hpp"

#include <boost/test/unit_test.hpp>
#include <curl/curl.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

using namespace mercat;
using namespace mercat::crm_mailer;
using namespace std::chrono_literals;
using test::scripted_smtp_server;

namespace {

struct libcurl {
  libcurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~libcurl() { curl_global_cleanup(); }
};
BOOST_TEST_GLOBAL_FIXTURE(libcurl);

mail letter_to(const std::string& address, int number = 1) {
  mail letter;
  letter.from = mailbox::parse("Mercat <shop@mercat.test>");
  letter.to = address;
  letter.message_id = "event-" + std::to_string(number) + "@mercat.test";
  letter.subject = "Hello";
  letter.text = "Hello\n";
  letter.html = "<p>Hello</p>\n";
  return letter;
}

// "sent", or the slug of what was thrown.
std::string outcome_of(std::future<void>& sending) {
  try {
    sending.get();
    return "sent";
  } catch (const error& failure) {
    return failure.slug();
  }
}

struct post_office {
  async::event_loop loop{"test"};
  log::logger logger{"test", "test-1", log::level::error};
  metrics::registry metrics;
  std::unique_ptr<smtp_sender> sender;

  explicit post_office(const std::string& url, std::size_t connections = 1, std::size_t max_queued = 64) {
    smtp_options options;
    options.url = url;
    options.tls = encryption::if_offered;
    options.connections = connections;
    options.max_queued = max_queued;
    sender = std::make_unique<smtp_sender>(options, logger, metrics);
  }

  std::future<void> start(mail letter, std::chrono::milliseconds limit = 5s) {
    auto done = std::make_shared<std::promise<void>>();
    auto sending = done->get_future();
    loop.post([this, done, letter = std::move(letter), limit] {
      async::spawn(sender->send(letter, async::deadline::in(limit)), [done](std::exception_ptr failure) {
        failure ? done->set_exception(failure) : done->set_value();
      });
    });
    return sending;
  }

  std::string send(mail letter, std::chrono::milliseconds limit = 5s) {
    auto sending = start(std::move(letter), limit);
    return outcome_of(sending);
  }
};

scripted_smtp_server::script answering(std::string to, std::string reply) {
  return [to, reply](const std::string& line) -> std::optional<std::string> {
    if (to.empty() ? line.empty() : line.starts_with(to)) return reply;
    return std::nullopt;
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_mail_arrives_with_its_envelope) {
  scripted_smtp_server server;
  post_office office(server.url());
  BOOST_TEST(office.send(letter_to("o'brien@example.org")) == "sent");
  BOOST_TEST(office.sender->reachable());
  const auto taken = server.taken();
  BOOST_REQUIRE(taken.size() == 1U);
  BOOST_TEST(taken[0].from == "shop@mercat.test");
  BOOST_REQUIRE(taken[0].to.size() == 1U);
  BOOST_TEST(taken[0].to[0] == "o'brien@example.org");
  BOOST_TEST(taken[0].message == compose(letter_to("o'brien@example.org")));
}

BOOST_AUTO_TEST_CASE(one_connection_carries_many_mails) {
  scripted_smtp_server server;
  post_office office(server.url());
  for (int i = 0; i < 20; ++i) BOOST_TEST(office.send(letter_to("a@example.org", i)) == "sent");
  BOOST_TEST(server.taken().size() == 20U);
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(mails_sent_at_once_all_arrive) {
  scripted_smtp_server server;
  post_office office(server.url(), 3);
  std::vector<std::future<void>> sending;
  for (int i = 0; i < 50; ++i) sending.push_back(office.start(letter_to("a@example.org", i)));
  for (auto& each : sending) BOOST_TEST(outcome_of(each) == "sent");
  BOOST_TEST(server.taken().size() == 50U);
  BOOST_TEST(server.connections() <= 3);
}

BOOST_AUTO_TEST_CASE(a_5xx_to_the_mail_is_final) {
  for (const auto* to : {"RCPT", "."}) {
    scripted_smtp_server server(answering(to, "550 no"));
    post_office office(server.url());
    BOOST_TEST(office.send(letter_to("a@example.org")) == "mail-refused");
    BOOST_TEST(server.taken().empty());
  }
}

BOOST_AUTO_TEST_CASE(a_4xx_can_be_tried_again) {
  for (const auto* to : {"", "EHLO", "MAIL"}) {
    scripted_smtp_server server(answering(to, "451 later"));
    post_office office(server.url());
    BOOST_TEST(office.send(letter_to("a@example.org")) ==
               (to == std::string("EHLO") ? "sent" : "mail-unavailable"));
  }
}

BOOST_AUTO_TEST_CASE(a_4xx_to_the_mail_postpones_this_mail) {
  for (const auto* to : {"RCPT", "DATA", "."}) {
    scripted_smtp_server server(answering(to, "450-4.7.1 greylisted\r\n450 4.7.1 come again"));
    post_office office(server.url());
    BOOST_TEST(office.send(letter_to("a@example.org")) == "mail-postponed");
  }
}

BOOST_AUTO_TEST_CASE(a_4xx_that_speaks_of_the_server_is_no_postponed_mail) {
  for (const auto* reply : {"421 closing", "452 4.3.1 disk full"}) {
    scripted_smtp_server server(answering("RCPT", reply));
    post_office office(server.url());
    BOOST_TEST(office.send(letter_to("a@example.org")) == "mail-unavailable");
  }
}

BOOST_AUTO_TEST_CASE(a_5xx_that_is_about_us_can_be_tried_again) {
  for (const auto* to : {"", "MAIL"}) {
    scripted_smtp_server server(answering(to, "554 not you"));
    post_office office(server.url());
    BOOST_TEST(office.send(letter_to("a@example.org")) == "mail-unavailable");
  }
}

BOOST_AUTO_TEST_CASE(the_next_mail_goes_out_after_a_refused_one) {
  scripted_smtp_server server(answering("RCPT TO:<nobody@", "550 no"));
  post_office office(server.url());
  BOOST_TEST(office.send(letter_to("nobody@example.org")) == "mail-refused");
  BOOST_TEST(office.send(letter_to("a@example.org")) == "sent");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_away_is_unavailable_and_welcome_back) {
  auto server = std::make_unique<scripted_smtp_server>();
  test::tcp_gate gate{"127.0.0.1", server->port()};
  post_office office("smtp://127.0.0.1:" + std::to_string(gate.port()));
  BOOST_TEST(office.send(letter_to("a@example.org", 1)) == "sent");
  gate.refuse();
  gate.close();
  BOOST_TEST(office.send(letter_to("a@example.org", 2)) == "mail-unavailable");
  BOOST_TEST(!office.sender->reachable());
  gate.pass();
  BOOST_TEST(office.send(letter_to("a@example.org", 2)) == "sent");
  BOOST_TEST(office.sender->reachable());
}

BOOST_AUTO_TEST_CASE(nobody_listening_is_unavailable) {
  const test::closed_port nobody;
  post_office office("smtp://" + nobody.address());
  BOOST_TEST(office.send(letter_to("a@example.org")) == "mail-unavailable");
  BOOST_TEST(!office.sender->reachable());
}

BOOST_AUTO_TEST_CASE(a_silent_server_costs_no_more_than_the_deadline) {
  for (const auto* to : {"", "RCPT", "."}) {
    scripted_smtp_server server(answering(to, ""));
    post_office office(server.url());
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(office.send(letter_to("a@example.org"), 300ms) == "mail-timeout");
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 3s));
  }
}

BOOST_AUTO_TEST_CASE(beyond_the_bound_a_mail_is_turned_away_at_once) {
  scripted_smtp_server server(answering("RCPT", ""));
  post_office office(server.url(), 1, 2);
  auto under_way = office.start(letter_to("a@example.org"), 2500ms);
  BOOST_REQUIRE(test::eventually(5s, [&] { return server.commands("RCPT") == 1; }));
  auto second = office.start(letter_to("a@example.org"), 2500ms);
  auto third = office.start(letter_to("a@example.org"), 2500ms);
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(office.send(letter_to("a@example.org"), 2500ms) == "mail-unavailable");
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 2s));
  BOOST_TEST(outcome_of(under_way) == "mail-timeout");
  BOOST_TEST(outcome_of(second) == "mail-timeout");
  BOOST_TEST(outcome_of(third) == "mail-timeout");
}

BOOST_AUTO_TEST_CASE(leaving_does_not_wait_for_a_silent_server) {
  scripted_smtp_server server(answering("RCPT", ""));
  post_office office(server.url());
  auto under_way = office.start(letter_to("a@example.org"), 60s);
  auto waiting = office.start(letter_to("a@example.org"), 60s);
  BOOST_REQUIRE(test::eventually(5s, [&] { return server.commands("RCPT") == 1; }));
  office.loop.run_and_wait([] {});  // the second is in the queue now, too
  const auto begin = std::chrono::steady_clock::now();
  office.sender.reset();
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));
  BOOST_TEST(outcome_of(under_way) == "mail-unavailable");
  BOOST_TEST(outcome_of(waiting) == "mail-unavailable");
}

BOOST_AUTO_TEST_CASE(a_mail_that_cannot_be_composed_never_reaches_the_server) {
  scripted_smtp_server server;
  post_office office(server.url());
  BOOST_TEST(office.send(letter_to("a@b.cd\r\nRCPT TO:<x@y.zz>")) == "bad-address");
  BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(a_demanded_encryption_is_not_done_without) {
  scripted_smtp_server server;
  post_office office(server.url());
  smtp_options options;
  options.url = server.url();
  office.sender = std::make_unique<smtp_sender>(options, office.logger, office.metrics);
  BOOST_TEST(office.send(letter_to("a@example.org")) == "mail-unavailable");
  BOOST_TEST(server.commands("MAIL") == 0);
}
