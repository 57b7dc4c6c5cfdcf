// What is left of a customer who was deleted: no address, in the dead letters or elsewhere.
#include "common/json/document.hpp"
#include "tests/crm_mailer/running_mailer.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>
#include <unistd.h>

using namespace mercat;
using namespace std::chrono_literals;
using test::running_mailer;

namespace {

constexpr std::string_view dead = "crm-mailer.dead";

std::string letter(std::int64_t customer, const std::string& email) {
  return "{\"customerId\":" + std::to_string(customer) + R"(,"email":")" + email + R"("})";
}

// Bodies that stay in the dead letters, in order, once there are so many.
bool stays(const running_mailer& mailer, const std::vector<std::string>& expected) {
  std::vector<std::string> all;
  const bool enough = test::eventually([&] {
    for (auto& each : mailer.broker.take(dead)) all.push_back(std::move(each));
    return all.size() >= expected.size();
  });
  BOOST_TEST(all == expected, boost::test_tools::per_element());
  return enough;
}

// true as soon as the metric says so.
bool erased_become(const running_mailer& mailer, int count) {
  const auto line = "\nmercat_dead_letters_erased_total " + std::to_string(count) + "\n";
  return test::eventually([&] { return mailer.metrics.text().find(line) != std::string::npos; });
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_address_is_read_from_a_letter_only_when_it_says_whose_it_is) {
  using crm_mailer::addressee;
  BOOST_TEST(addressee(letter(7, "a@example.org")) == "7");
  for (const auto* other :
       {"", "{", "[]", "7", R"({"customerId":7})", R"({"email":"a@example.org"})",
        R"({"customerId":"7","email":"a@example.org"})", R"({"customerId":7,"email":null})",
        R"({"customerId":0,"email":"a@example.org"})"})
    BOOST_TEST(addressee(other) == "", other);
}

BOOST_AUTO_TEST_CASE(a_deleted_customers_dead_letters_go_and_the_others_stay_in_their_order) {
  running_mailer mailer;
  std::vector<std::string> others;
  for (int i = 1; i <= 30; ++i) {
    const auto body = letter(i % 3 == 0 ? 7 : 100 + i, "a" + std::to_string(i) + "@example.org");
    mailer.broker.put(dead, body);
    if (i % 3 != 0) others.push_back(body);
  }
  for (const auto* odd : {"garbage", R"({"customerId":7})"}) {
    mailer.broker.put(dead, odd);
    others.emplace_back(odd);
  }
  mailer.deleted(7);
  BOOST_REQUIRE(mailer.handled(1));
  BOOST_TEST(erased_become(mailer, 10));
  mailer.deleted(7);
  mailer.deleted(8);
  BOOST_REQUIRE(mailer.handled(3));
  BOOST_TEST(stays(mailer, others));
}

BOOST_AUTO_TEST_CASE(a_mail_refused_before_the_deletion_leaves_no_address_after_it) {
  running_mailer mailer([](const std::string& line) -> std::optional<std::string> {
    if (line.starts_with("RCPT")) return "550 no such user";
    return std::nullopt;
  });
  mailer.signed_up(7, "gone@example.org");
  mailer.signed_up(8, "stays@example.org");
  // RabbitMQ counts them every 5 s.
  BOOST_REQUIRE(test::eventually(30s, [&] {
    const auto state = mailer.broker.ask("GET", "/queues/" + mailer.broker.vhost() + "/crm-mailer.dead");
    return json::integer(json::document::parse(state).root(), "messages").value_or(0) == 2;
  }));
  mailer.deleted(7);
  BOOST_TEST(erased_become(mailer, 1));
  BOOST_TEST(stays(mailer, {R"({"customerId":8,"email":"stays@example.org","name":"Ada"})"}));
}

BOOST_AUTO_TEST_CASE(dead_letters_are_no_older_than_thirty_days) {
  const test::broker broker{test::topology::shop};
  const auto state_of_queue = [&] {
    return broker.ask("GET", "/queues/" + broker.vhost() + "/crm-mailer.dead");
  };
  BOOST_TEST(test::eventually(30s, [&] {
    const auto state = json::document::parse(state_of_queue());
    const auto* policy = json::member(state.root(), "effective_policy_definition");
    return policy != nullptr && policy->IsObject() &&
           json::integer(*policy, "message-ttl") == std::chrono::milliseconds{24h * 30}.count();
  }));
  // The same of an age that a test can wait for.
  broker.ask("PUT", "/policies/" + broker.vhost() + "/dead-mails",
             R"({"pattern":"^crm-mailer\\.dead$","apply-to":"queues","definition":{"message-ttl":1}})");
  BOOST_TEST(test::eventually(30s, [&] {
    broker.put(dead, "old");
    return test::throughout(300ms, [&] { return broker.take(dead).empty(); });
  }));
}

BOOST_AUTO_TEST_CASE(a_letter_that_comes_after_the_deletion_is_erased_by_a_later_sweep) {
  running_mailer mailer({}, 1h, {.every = 100ms});
  mailer.deleted(7);
  BOOST_REQUIRE(mailer.handled(1));
  mailer.broker.put(dead, letter(8, "bob@example.org"));
  mailer.broker.put(dead, letter(7, "late@example.org"));
  BOOST_TEST(erased_become(mailer, 1));
  mailer.eraser.reset();
  BOOST_TEST(stays(mailer, {letter(8, "bob@example.org")}));
}

BOOST_AUTO_TEST_CASE(replicas_that_erase_at_once_lose_no_letter_of_others) {
  running_mailer mailer({}, 1h, {.every = 50ms});
  crm_mailer::dead_letter_eraser second{mailer.broker.options("crm-mailer-2 dead letters"),
                                        {.every = 50ms},
                                        mailer.loop,
                                        mailer.database,
                                        mailer.logger,
                                        mailer.metrics};
  for (int i = 1; i <= 20; ++i) {
    mailer.broker.put(dead, letter(i, "a" + std::to_string(i) + "@example.org"));
    if (i % 2 == 0) mailer.deleted(i);
  }
  BOOST_TEST(erased_become(mailer, 10));
  mailer.eraser->soon();
  second.soon();
  std::vector<std::string> left;
  BOOST_TEST(test::eventually([&] {
    for (auto& each : mailer.broker.take(dead)) left.push_back(std::move(each));
    return left.size() >= 10U;
  }));
  BOOST_TEST(left.size() == 10U);
}

BOOST_AUTO_TEST_CASE(a_mail_refused_for_a_customer_deleted_meanwhile_is_no_dead_letter) {
  std::atomic<bool> asked{false};
  std::atomic<bool> go_on{false};
  running_mailer mailer([&](const std::string& line) -> std::optional<std::string> {
    if (!line.starts_with("RCPT TO:<gone@")) return std::nullopt;
    asked = true;
    (void)test::eventually(10s, [&] { return go_on.load(); });
    return "550 no such user";
  });
  // Longer than the mail has: the deletion is handled while the server thinks.
  mailer.signed_up(7, "gone@example.org");
  BOOST_REQUIRE(test::eventually([&] { return asked.load(); }));
  mailer.deleted(7);
  BOOST_REQUIRE(mailer.handled(1));
  go_on = true;
  BOOST_TEST(mailer.handled(2));
  BOOST_TEST(mailer.broker.take(dead).empty());
  BOOST_TEST(mailer.count("sent_mail") == 0);
}

BOOST_AUTO_TEST_CASE(a_mail_given_up_for_a_customer_deleted_meanwhile_is_no_dead_letter) {
  std::atomic<int> asked{0};
  std::atomic<bool> go_on{false};
  running_mailer mailer(
      [&](const std::string& line) -> std::optional<std::string> {
        if (!line.starts_with("RCPT")) return std::nullopt;
        if (++asked == 2) (void)test::eventually(10s, [&] { return go_on.load(); });
        return "450 4.2.2 mailbox full";
      },
      0ms);
  mailer.signed_up(7, "gone@example.org");
  BOOST_REQUIRE(test::eventually([&] { return asked == 2; }));
  mailer.deleted(7);
  BOOST_REQUIRE(mailer.handled(2));
  go_on = true;
  BOOST_TEST(test::eventually([&] { return mailer.postponed->idle(); }));
  BOOST_TEST(mailer.count("postponed_mail") == 0);
  BOOST_TEST(mailer.broker.take(dead).empty());
}

BOOST_AUTO_TEST_CASE(a_mail_that_waits_goes_with_its_customer) {
  running_mailer mailer(
      [](const std::string& line) -> std::optional<std::string> {
        if (line.starts_with("RCPT")) return "450 4.2.2 mailbox full";
        return std::nullopt;
      },
      1h, {}, log::level::error, 1, 1h);
  mailer.signed_up(7, "gone@example.org");
  mailer.signed_up(8, "stays@example.org");
  BOOST_REQUIRE(test::eventually([&] { return mailer.count("postponed_mail") == 2; }));
  mailer.deleted(7);
  BOOST_REQUIRE(mailer.handled(3));
  BOOST_TEST(mailer.count("postponed_mail") == 1);
  BOOST_TEST(mailer.count("postponed_mail WHERE data LIKE '%stays@example.org%'") == 1);
}

BOOST_AUTO_TEST_CASE(a_mail_postponed_while_its_customer_is_being_deleted_does_not_wait) {
  running_mailer mailer(
      [](const std::string& line) -> std::optional<std::string> {
        if (line.starts_with("RCPT")) return "450 4.2.2 mailbox full";
        return std::nullopt;
      },
      1h, {}, log::level::error, 1, 1h);
  mailer.schema.as_root([&](db::session& s) {
    s.execute("START TRANSACTION");
    s.execute("INSERT INTO deleted_customer (id, deleted_at) VALUES (7, UTC_TIMESTAMP(6))");
    mailer.signed_up(7, "gone@example.org");
    BOOST_REQUIRE(test::eventually([&] { return test::another_is_at(s, "%deleted_customer%SHARE MODE%"); }));
    s.execute("COMMIT");
  });
  BOOST_REQUIRE(mailer.handled(1));
  BOOST_TEST(mailer.count("postponed_mail") == 0);
}

BOOST_AUTO_TEST_CASE(no_log_line_holds_an_address_and_no_table_but_that_of_mails_that_wait) {
  char name[] = "/tmp/mercat-crm-log-XXXXXX";
  const int file = ::mkstemp(name);
  BOOST_REQUIRE(file >= 0);
  std::string rows;
  {
    running_mailer mailer(
        [](const std::string& line) -> std::optional<std::string> {
          if (line.starts_with("RCPT TO:<refused-secret@")) return "550 refused-secret@example.org is nobody";
          if (line.starts_with("RCPT TO:<later-secret@")) return "450 later-secret@example.org is full";
          return std::nullopt;
        },
        1h, {}, log::level::debug, file);
    mailer.signed_up(1, "taken-secret@example.org");
    mailer.signed_up(2, "refused-secret@example.org");
    mailer.signed_up(3, "later-secret@example.org");
    mailer.signed_up(4, "bad secret@example.org");
    mailer.deliver(uuid_v7(), "customer.password-forgotten",
                   R"({"customerId":5,"email":"refused-secret@example.org","token":"a-secret-token16",)"
                   R"("expiresAt":"2999-01-31T14:05:00.000Z"})");
    mailer.deliver(uuid_v7(), "customer.password-forgotten",
                   R"({"customerId":6,"email":"taken-secret@example.org","token":"a-secret-token16",)"
                   R"("expiresAt":"2999-01-31T14:05:00.000Z"})");
    BOOST_TEST(mailer.handled(3));
    BOOST_TEST(mailer.count("postponed_mail") == 1);
    mailer.deleted(2);
    mailer.deleted(3);
    BOOST_TEST(mailer.handled(5));
    mailer.schema.as_root([&](db::session& s) {
      for (const auto* dump : {"SELECT CONCAT_WS(',', message_id, type) FROM inbox",
                               "SELECT CONCAT_WS(',', event_id, type, data) FROM outbox",
                               "SELECT CONCAT_WS(',', event_id, customer_id, kind) FROM sent_mail",
                               "SELECT CONCAT_WS(',', event_id, data) FROM postponed_mail"})
        for (const auto& row : s.query(dump)) rows += row.text(0) + "\n";
    });
  }
  ::close(file);
  std::ifstream written(name);
  const std::string log{std::istreambuf_iterator<char>{written}, {}};
  ::unlink(name);
  BOOST_TEST(log.find("dead letters") != std::string::npos);
  BOOST_TEST(log.find("secret") == std::string::npos, log);
  BOOST_TEST(rows.find("secret") == std::string::npos, rows);
}
