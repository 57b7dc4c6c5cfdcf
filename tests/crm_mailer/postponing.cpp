// Mails that the mail server puts off: where they wait, whom they hold up, and what becomes of them.
#include "common/json/document.hpp"
#include "crm-mailer/store.hpp"
#include "tests/crm_mailer/running_mailer.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <set>

using namespace mercat;
using namespace std::chrono_literals;
using test::running_mailer;

namespace {

constexpr std::string_view dead = "crm-mailer.dead";

// A mail server that postpones mails to later...@, while it is told to.
test::scripted_smtp_server::script greylisting(const std::atomic<bool>& still) {
  return [&still](const std::string& line) -> std::optional<std::string> {
    if (still && line.starts_with("RCPT TO:<later")) return "450 4.7.1 greylisted";
    return std::nullopt;
  };
}

bool dead_letters_become(const running_mailer& mailer, int count) {
  return test::eventually([&] {
    const auto state = mailer.broker.ask("GET", "/queues/" + mailer.broker.vhost() + "/crm-mailer.dead");
    return json::integer(json::document::parse(state).root(), "messages").value_or(0) == count;
  });
}

double failed_attempts(const running_mailer& mailer) {
  const std::string name = "mercat_mails_total{outcome=\"failed\"} ";
  const auto text = mailer.metrics.text();
  return std::stod(text.substr(text.find(name) + name.size()));
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_number_of_postponed_recipients_hold_up_no_other_and_get_their_mails_in_the_end) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted));
  constexpr int many = 40;
  for (int i = 1; i <= many; ++i) mailer.signed_up(i, "later" + std::to_string(i) + "@example.org");
  BOOST_REQUIRE(test::eventually([&] { return mailer.server.commands("RCPT TO:<later") >= many; }, 30s));
  mailer.signed_up(many + 1, "ada@example.org");
  BOOST_REQUIRE(test::eventually([&] { return mailer.recipients().size() == 1U; }, 30s));
  BOOST_TEST(mailer.recipients()[0] == "ada@example.org");
  BOOST_TEST(mailer.handled(many + 1));
  BOOST_TEST(mailer.count("postponed_mail") == many);
  greylisted = false;
  BOOST_TEST(test::eventually([&] { return mailer.count("sent_mail") == many + 1; }, 60s));
  const auto got = mailer.recipients();
  BOOST_TEST(got.size() == many + 1U);
  BOOST_TEST(std::set(got.begin(), got.end()).size() == many + 1U);
  BOOST_TEST(mailer.count("postponed_mail") == 0);
  BOOST_TEST(mailer.broker.take(dead).empty());
}

BOOST_AUTO_TEST_CASE(a_mail_that_waited_has_its_own_message_id_and_comes_once_whoever_tries_it) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted));
  const auto second = mailer.another_waiting_room();
  const auto third = mailer.another_waiting_room();
  constexpr int many = 30;
  std::vector<std::string> events;
  for (int i = 1; i <= many; ++i)
    mailer.signed_up(i, "later" + std::to_string(i) + "@example.org", events.emplace_back(uuid_v7()));
  BOOST_REQUIRE(mailer.handled(many));
  mailer.signed_up(1, "later1@example.org", events[0]);  // delivered again while it waits
  greylisted = false;
  BOOST_TEST(test::eventually([&] { return mailer.count("sent_mail") == many; }, 60s));
  BOOST_TEST(test::eventually([&] { return mailer.count("postponed_mail") == 0; }));
  BOOST_TEST(mailer.recipients().size() == static_cast<std::size_t>(many));
  std::string all;
  for (const auto& each : mailer.server.taken()) all += each.message;
  for (const auto& each : events)
    BOOST_TEST(all.find("Message-ID: <" + each + "@mercat.test>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_mail_that_waits_outlives_the_process) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted));
  mailer.signed_up(1, "later@example.org");
  BOOST_REQUIRE(mailer.handled(1));
  mailer.postponed.reset();
  BOOST_TEST(mailer.count("postponed_mail") == 1);
  greylisted = false;
  mailer.postponed = mailer.another_waiting_room();
  BOOST_TEST(test::eventually([&] { return mailer.count("sent_mail") == 1; }));
}

BOOST_AUTO_TEST_CASE(a_mail_whose_try_died_is_tried_again_when_its_lease_is_over_and_not_before) {
  running_mailer mailer;
  mailer.postponed.reset();
  mailer.schema.as_root([](db::session& s) {
    using namespace crm_mailer;
    store::put_off(s, {"an-event", "customer.signed-up", "{}", ""}, 7, 0ms);
    const auto first = store::claim_postponed(s, 0ms);
    BOOST_REQUIRE(first.has_value());
    BOOST_TEST(first->event.id == "an-event");
    BOOST_TEST(first->customer_id == 7);
    const auto second = store::claim_postponed(s, 1h);
    BOOST_REQUIRE(second.has_value());
    BOOST_TEST(!store::claim_postponed(s, 1h).has_value());
    store::put_back(s, *first, 0ms);  // whose lease is over
    BOOST_TEST(!store::claim_postponed(s, 1h).has_value());
    store::put_back(s, *second, 0ms);
    BOOST_TEST(store::claim_postponed(s, 1h).has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_mail_that_went_out_is_not_repeated_though_it_cannot_be_written_down_for_a_while) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted));
  mailer.schema.as_root([](db::session& s) {
    s.execute("CREATE TABLE full (id INT)");
    s.execute("INSERT INTO full VALUES (1)");
    s.execute(
        "CREATE TRIGGER full BEFORE INSERT ON sent_mail FOR EACH ROW IF EXISTS (SELECT 1 FROM full) THEN "
        "SIGNAL SQLSTATE '45000'; END IF");
  });
  mailer.signed_up(1, "later@example.org");
  BOOST_REQUIRE(mailer.handled(1));
  greylisted = false;
  BOOST_REQUIRE(test::eventually([&] { return mailer.recipients().size() == 1U; }));
  BOOST_TEST(test::throughout(500ms, [&] { return mailer.count("postponed_mail") == 1; }));
  mailer.schema.as_root([](db::session& s) { s.execute("DELETE FROM full"); });
  BOOST_TEST(test::eventually([&] { return mailer.count("sent_mail") == 1; }));
  BOOST_TEST(mailer.count("postponed_mail") == 0);
  BOOST_TEST(mailer.recipients().size() == 1U);
}

BOOST_AUTO_TEST_CASE(
    a_mail_postponed_for_too_long_goes_to_the_dead_letters_one_that_waits_for_the_server_never) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted), 500ms);
  mailer.gate.refuse();
  mailer.signed_up(1, "ada@example.org");
  BOOST_REQUIRE(test::eventually([&] { return !mailer.sender->reachable(); }));
  BOOST_TEST(test::throughout(1s, [&] { return mailer.count("postponed_mail") == 0; }));
  mailer.gate.pass();
  const auto event = uuid_v7();
  mailer.signed_up(2, "later@example.org", event);
  BOOST_TEST(mailer.handled(1));
  BOOST_REQUIRE(dead_letters_become(mailer, 1));
  BOOST_TEST(test::eventually([&] { return mailer.count("postponed_mail") == 0; }));
  const auto letters = mailer.broker.take(dead);
  BOOST_REQUIRE(letters.size() == 1U);
  BOOST_TEST(letters[0].find("later@example.org") != std::string::npos);
  BOOST_TEST(test::eventually([&] { return mailer.recipients().size() == 1U; }));
  greylisted = false;
  mailer.signed_up(2, "later@example.org", event);  // replayed
  BOOST_TEST(test::eventually([&] { return mailer.count("sent_mail") == 2; }));
  BOOST_TEST(mailer.recipients().size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_outage_of_the_mail_server_gives_up_no_mail_that_waits) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted), 0ms);
  mailer.postponed.reset();
  mailer.signed_up(1, "later@example.org");
  BOOST_REQUIRE(mailer.handled(1));
  mailer.gate.refuse();
  mailer.gate.close();
  mailer.postponed = mailer.another_waiting_room();
  BOOST_TEST(test::eventually([&] { return failed_attempts(mailer) >= 4; }, 30s));
  BOOST_TEST(mailer.count("postponed_mail") == 1);
  greylisted = false;
  mailer.gate.pass();
  BOOST_TEST(test::eventually([&] { return mailer.count("sent_mail") == 1; }));
  BOOST_TEST(mailer.broker.take(dead).empty());
}

BOOST_AUTO_TEST_CASE(an_event_whose_mail_waits_is_not_sent_when_its_handling_is_repeated) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted), 1h, {}, log::level::error, 1, 1h);
  const messaging::event event{uuid_v7(), "customer.signed-up",
                               R"({"customerId":7,"email":"later@example.org"})", ""};
  const auto handle = [&] {
    const auto wanted = crm_mailer::mail_readers(mailer.shop).at(event.type)(event);
    test::wait_for(mailer.loop, [&] { return crm_mailer::deliver(*mailer.room, event, wanted); });
  };
  handle();
  greylisted = false;
  handle();  // as when the database had not confirmed the first one
  BOOST_TEST(mailer.server.commands("RCPT") == 1);
  BOOST_TEST(mailer.count("postponed_mail") == 1);
}

BOOST_AUTO_TEST_CASE(a_mail_refused_after_it_had_waited_goes_to_the_dead_letters) {
  std::atomic<int> asked{0};
  running_mailer mailer([&](const std::string& line) -> std::optional<std::string> {
    if (!line.starts_with("RCPT")) return std::nullopt;
    return ++asked == 1 ? "450 4.7.1 greylisted" : "550 no such user";
  });
  mailer.signed_up(7, "nobody@example.org");
  BOOST_REQUIRE(dead_letters_become(mailer, 1));
  BOOST_TEST(test::eventually([&] { return mailer.count("postponed_mail") == 0; }));
  BOOST_TEST(mailer.count("sent_mail") == 0);
  BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(a_mail_postponed_before_this_table_kept_events_has_its_time_from_then_on) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted), 1h);
  const auto event = uuid_v7();
  mailer.schema.as_root([&](db::session& s) {
    s.execute("INSERT INTO postponed_mail (event_id, since) VALUES (?, UTC_TIMESTAMP(6) - INTERVAL 2 HOUR)",
              event);
  });
  mailer.signed_up(2, "later@example.org", event);
  BOOST_TEST(dead_letters_become(mailer, 1));
  BOOST_TEST(test::eventually([&] { return mailer.count("postponed_mail") == 0; }));
}

BOOST_AUTO_TEST_CASE(how_many_mails_wait_is_told) {
  std::atomic<bool> greylisted{true};
  running_mailer mailer(greylisting(greylisted));
  mailer.signed_up(1, "later1@example.org");
  mailer.signed_up(2, "later2@example.org");
  const auto told = [&](const std::string& number) {
    return test::eventually(
        [&] {
          return mailer.metrics.text().find("\nmercat_mails_postponed " + number + "\n") != std::string::npos;
        },
        60s);
  };
  BOOST_TEST(told("2"));
  greylisted = false;
  BOOST_TEST(told("0"));
}
