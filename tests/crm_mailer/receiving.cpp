// From the event to the mail, on a real MariaDB and RabbitMQ.
#include "common/db/migration.hpp"
#include "common/uuid.hpp"
#include "crm-mailer/messages.hpp"
#include "crm-mailer/migrations.hpp"
#include "tests/crm_mailer/scripted_smtp_server.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/database.hpp"
#include "tests/support/tcp_gate.hpp"

#include <boost/test/unit_test.hpp>
#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

using namespace mercat;
using namespace std::chrono_literals;

namespace {

struct libcurl {
  libcurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~libcurl() { curl_global_cleanup(); }
};
BOOST_TEST_GLOBAL_FIXTURE(libcurl);

// crm-mailer as main() puts it together, with a gate before the mail server.
struct running_mailer {
  test::scratch_schema schema;
  test::broker broker{test::topology::shop};
  test::scripted_smtp_server server;
  test::tcp_gate gate;
  log::logger logger{"crm-mailer", "crm-mailer-1", log::level::error};
  metrics::registry metrics;
  crm_mailer::letterhead shop{crm_mailer::mailbox::parse("Mercat <shop@mercat.test>"), "mercat.test",
                              "http://localhost:8080/"};
  db::pool database;
  async::event_loop loop{"events"};
  std::unique_ptr<crm_mailer::smtp_sender> sender;
  std::unique_ptr<amqp::connection> connection;
  std::unique_ptr<messaging::consumer> consumer;

  explicit running_mailer(test::scripted_smtp_server::script answers = {},
                          std::chrono::milliseconds give_up_after = 1h)
      : server(std::move(answers)),
        gate("127.0.0.1", server.port()),
        database(schema.options(), logger, metrics) {
    db::migrate(database, crm_mailer::migrations(), 10s, logger);
    crm_mailer::smtp_options smtp;
    smtp.url = "smtp://127.0.0.1:" + std::to_string(gate.port());
    smtp.tls = crm_mailer::encryption::never;
    sender = std::make_unique<crm_mailer::smtp_sender>(smtp, logger, metrics);
    connection =
        std::make_unique<amqp::connection>(loop, broker.options("crm-mailer-1 events"), logger, metrics);
    consumer = std::make_unique<messaging::consumer>(
        *connection, database, messaging::consumer_options{"crm-mailer.events"},
        crm_mailer::handlers({database, *sender, shop, 2s, give_up_after}), logger, metrics);
  }

  void deliver(const std::string& id, const std::string& type, const std::string& data) const {
    broker.put("crm-mailer.events", data,
               R"({"message_id":")" + id + R"(","type":")" + type + R"(","delivery_mode":2})");
  }
  void signed_up(std::int64_t customer, const std::string& email,
                 const std::string& event = uuid_v7()) const {
    deliver(event, "customer.signed-up",
            "{\"customerId\":" + std::to_string(customer) + R"(,"email":")" + email + R"(","name":"Ada"})");
  }
  void deleted(std::int64_t customer) const {
    deliver(uuid_v7(), "customer.deleted", "{\"customerId\":" + std::to_string(customer) + "}");
  }

  // Recipients in the order in which they got their mail.
  [[nodiscard]] std::vector<std::string> recipients() const {
    std::vector<std::string> all;
    for (const auto& each : server.taken()) all.insert(all.end(), each.to.begin(), each.to.end());
    return all;
  }
  [[nodiscard]] std::int64_t count(const std::string& what) {
    std::int64_t rows = -1;
    schema.as_root(
        [&](db::session& s) { rows = s.query("SELECT COUNT(*) FROM " + what).front().integer(0); });
    return rows;
  }
  [[nodiscard]] bool handled(std::int64_t events) {
    return test::eventually([&] { return count("inbox WHERE processed_at IS NOT NULL") >= events; });
  }
};

}  // namespace

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
  BOOST_TEST(mailer.recipients().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_recipient_that_is_postponed_holds_up_no_other_and_gets_its_mail_in_the_end) {
  std::atomic<int> asked{0};
  std::atomic<bool> full{true};
  running_mailer mailer([&](const std::string& line) -> std::optional<std::string> {
    if (full && line.starts_with("RCPT TO:<full@")) return ++asked, "450 4.2.2 mailbox full";
    return std::nullopt;
  });
  mailer.signed_up(1, "full@example.org");
  BOOST_REQUIRE(test::eventually([&] { return asked > 0; }));
  mailer.signed_up(2, "ada@example.org");
  mailer.signed_up(3, "bob@example.org");
  BOOST_TEST(mailer.handled(2));
  BOOST_TEST(mailer.recipients().size() == 2U);
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
  full = false;
  BOOST_TEST(mailer.handled(3));
  BOOST_REQUIRE(mailer.recipients().size() == 3U);
  BOOST_TEST(mailer.recipients()[2] == "full@example.org");
  BOOST_TEST(mailer.count("postponed_mail") == 0);
}

BOOST_AUTO_TEST_CASE(
    a_mail_postponed_for_too_long_goes_to_the_dead_letters_one_that_waits_for_the_server_never) {
  running_mailer mailer(
      [](const std::string& line) -> std::optional<std::string> {
        if (line.starts_with("RCPT TO:<nowhere@")) return "450 4.1.2 domain not found";
        return std::nullopt;
      },
      500ms);
  mailer.gate.refuse();
  mailer.signed_up(1, "ada@example.org");
  BOOST_REQUIRE(test::eventually([&] { return !mailer.sender->reachable(); }));
  BOOST_TEST(test::throughout(1s, [&] { return mailer.count("postponed_mail") == 0; }));
  mailer.gate.pass();
  mailer.signed_up(2, "nowhere@example.org");
  BOOST_TEST(mailer.handled(1));
  std::vector<std::string> dead;
  BOOST_REQUIRE(test::eventually([&] { return !(dead = mailer.broker.take("crm-mailer.dead")).empty(); }));
  BOOST_TEST(dead.size() == 1U);
  BOOST_TEST(dead[0].find("nowhere@example.org") != std::string::npos);
  BOOST_TEST(mailer.recipients().size() == 1U);
  BOOST_TEST(mailer.count("postponed_mail") == 0);
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
