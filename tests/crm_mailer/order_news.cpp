// What becomes of an order, told by mail: from the event to the mail, on a real MariaDB and RabbitMQ.
#include "common/json/document.hpp"
#include "tests/crm_mailer/running_mailer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace mercat;
using namespace std::chrono_literals;
using test::running_mailer;

namespace {

std::string news(std::int64_t customer, const std::string& email, const std::string& reason = "null") {
  return R"({"orderId":")" + uuid_v7() + R"(","customerId":)" + std::to_string(customer) + R"(,"email":)" +
         email +
         R"(,"items":[{"productId":1,"name":"Tea <3","quantity":2,"price":3.5,"lineTotal":7}],"amount":7,)"
         R"("currency":"EUR","reason":)" +
         reason + "}";
}

// Of the one mail with this id.
std::string subject_of(const running_mailer& mailer, const std::string& event) {
  for (const auto& each : mailer.server.taken()) {
    if (each.message.find("Message-ID: <" + event + "@mercat.test>\r\n") == std::string::npos) continue;
    const auto at = each.message.find("Subject: ");
    return each.message.substr(at + 9, each.message.find("\r\n", at) - at - 9);
  }
  return "(no mail)";
}

// Routed by its key, so that the bindings have their part.
void publish(const running_mailer& mailer, const std::string& id, const std::string& type,
             const std::string& data) {
  json::writer message;
  message.StartObject();
  message.key("routing_key").text(type);
  message.key("payload").text(data);
  message.key("payload_encoding").text("string");
  message.key("properties").StartObject();
  message.key("message_id").text(id);
  message.key("type").text(type);
  message.key("delivery_mode").Int(2);
  message.EndObject();
  message.EndObject();
  const auto got = mailer.broker.ask("POST", "/exchanges/" + mailer.broker.vhost() + "/mercat.events/publish",
                                     message.take());
  BOOST_REQUIRE(got.find("true") != std::string::npos);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_move_of_an_order_gives_its_mail_once) {
  running_mailer mailer;
  const auto confirmed = uuid_v7();
  const auto refused = uuid_v7();
  const auto cancelled = uuid_v7();
  for (int i = 0; i < 3; ++i) {
    publish(mailer, confirmed, "order.confirmed", news(7, R"("ada@example.org")"));
    publish(mailer, refused, "order.refused", news(7, R"("ada@example.org")", R"("out-of-stock")"));
    publish(mailer, cancelled, "order.cancellation", news(7, R"("ada@example.org")", R"("timeout")"));
    BOOST_REQUIRE(mailer.handled(3));
  }
  publish(mailer, uuid_v7(), "order.confirmed", news(8, R"("bob@example.org")"));
  BOOST_REQUIRE(mailer.handled(4));
  BOOST_TEST(mailer.recipients().size() == 4U);
  BOOST_TEST(subject_of(mailer, confirmed) == "Your order at Mercat is confirmed");
  BOOST_TEST(subject_of(mailer, refused) == "We could not accept your order at Mercat");
  BOOST_TEST(subject_of(mailer, cancelled) == "Your order at Mercat is cancelled");
  BOOST_TEST(mailer.count("sent_mail WHERE kind = 'order-confirmed'") == 2);
  BOOST_TEST(mailer.count("sent_mail WHERE kind = 'order-refused'") == 1);
  BOOST_TEST(mailer.count("sent_mail WHERE kind = 'order-cancellation'") == 1);
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
}

BOOST_AUTO_TEST_CASE(who_left_hears_nothing_more_about_orders) {
  running_mailer mailer;
  mailer.deleted(7);
  BOOST_REQUIRE(mailer.handled(1));
  publish(mailer, uuid_v7(), "order.confirmed", news(7, R"("gone@example.org")"));
  publish(mailer, uuid_v7(), "order.confirmed", news(8, R"("bob@example.org")"));
  BOOST_REQUIRE(mailer.handled(3));
  const std::vector<std::string> expected{"bob@example.org"};
  BOOST_TEST(mailer.recipients() == expected, boost::test_tools::per_element());
  BOOST_TEST(mailer.count("sent_mail") == 1);
}

BOOST_AUTO_TEST_CASE(an_order_without_an_address_is_done_without_a_mail) {
  running_mailer mailer;
  publish(mailer, uuid_v7(), "order.cancellation", news(7, "null", R"("timeout")"));
  BOOST_REQUIRE(mailer.handled(1));
  BOOST_TEST(mailer.recipients().empty());
  BOOST_TEST(mailer.count("sent_mail") == 0);
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
}

BOOST_AUTO_TEST_CASE(an_order_event_that_cannot_be_read_goes_to_the_dead_letters_and_stops_nothing) {
  running_mailer mailer;
  publish(mailer, uuid_v7(), "order.confirmed", "{}");
  publish(mailer, uuid_v7(), "order.refused", "{");
  publish(mailer, uuid_v7(), "order.confirmed", news(7, R"("a@b.cd\r\nRCPT TO:<x@y.zz>")"));
  publish(mailer, uuid_v7(), "order.confirmed", news(8, R"("bob@example.org")"));
  BOOST_TEST(mailer.handled(1));
  std::size_t dead = 0;
  BOOST_TEST(test::eventually([&] { return (dead += mailer.broker.take("crm-mailer.dead").size()) >= 3U; }));
  BOOST_TEST(dead == 3U);
  const std::vector<std::string> expected{"bob@example.org"};
  BOOST_TEST(mailer.recipients() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_mail_server_that_is_away_loses_no_news_of_orders) {
  running_mailer mailer;
  mailer.gate.refuse();
  mailer.gate.close();
  for (int i = 1; i <= 5; ++i)
    publish(mailer, uuid_v7(), "order.confirmed", news(i, R"("a)" + std::to_string(i) + R"(@example.org")"));
  BOOST_REQUIRE(test::eventually([&] { return !mailer.sender->reachable(); }));
  mailer.gate.pass();
  BOOST_TEST(mailer.handled(5));
  BOOST_TEST(mailer.recipients().size() == 5U);
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
}

BOOST_AUTO_TEST_CASE(a_dead_letter_about_an_order_is_erased_with_its_customer) {
  running_mailer mailer([](const std::string& line) -> std::optional<std::string> {
    if (line.starts_with("RCPT TO:<gone@")) return "550 no such user";
    return std::nullopt;
  });
  publish(mailer, uuid_v7(), "order.refused", news(7, R"("gone@example.org")"));
  // RabbitMQ counts them every 5 s.
  BOOST_REQUIRE(test::eventually(30s, [&] {
    const auto state = mailer.broker.ask("GET", "/queues/" + mailer.broker.vhost() + "/crm-mailer.dead");
    return json::integer(json::document::parse(state).root(), "messages").value_or(0) == 1;
  }));
  mailer.deleted(7);
  BOOST_TEST(test::eventually([&] {
    return mailer.metrics.text().find("\nmercat_dead_letters_erased_total 1\n") != std::string::npos;
  }));
  BOOST_TEST(mailer.broker.take("crm-mailer.dead").empty());
}
