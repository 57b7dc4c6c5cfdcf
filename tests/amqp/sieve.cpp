// What is picked leaves the queue, what is not stays as it was, whatever happens meanwhile.
#include "common/amqp/queue_sieve.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/tcp_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <thread>

using namespace mercat;
using namespace std::chrono_literals;

namespace {

constexpr auto patient = 30s;

struct with_letters {
  test::broker rabbit;
  std::stop_source stopper;

  with_letters() { rabbit.declare_queue("dead", true, R"({"x-queue-type":"quorum"})"); }

  void fill(int count) const {
    for (int i = 0; i < count; ++i) rabbit.put("dead", std::to_string(i));
  }
  // Those whose number is a multiple of `number`.
  [[nodiscard]] static amqp::sieve multiples_of(int number) {
    return {.mark = [](const amqp::message& item) { return item.body; },
            .pick =
                [number](const std::set<std::string>& marks) {
                  std::set<std::string> picked;
                  for (const auto& each : marks)
                    if (std::stoi(each) % number == 0) picked.insert(each);
                  return picked;
                }};
  }
  [[nodiscard]] amqp::sifted sift(const amqp::sieve& through) const {
    return amqp::sift(rabbit.options("sieve"), "dead", through, patient, stopper.get_token());
  }
  // The queue's content becomes this, in this order.
  [[nodiscard]] bool holds(const std::vector<std::string>& expected) const {
    std::vector<std::string> all;
    return test::eventually(10s,
                            [&] {
                              for (auto& each : rabbit.take("dead")) all.push_back(std::move(each));
                              return all.size() >= expected.size();
                            }) &&
           all == expected;
  }
};

std::vector<std::string> numbers(int from, int to, int but_multiples_of = 0) {
  std::vector<std::string> all;
  for (int i = from; i < to; ++i)
    if (but_multiples_of == 0 || i % but_multiples_of != 0) all.push_back(std::to_string(i));
  return all;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_is_picked_leaves_and_the_rest_keeps_its_order_however_often_it_is_sifted,
                        with_letters) {
  fill(60);
  const auto first = sift(multiples_of(7));
  BOOST_TEST(first.seen == 60U);
  BOOST_TEST(first.taken_out == 9U);
  BOOST_TEST(first.whole);
  for (int again = 0; again < 3; ++again) BOOST_TEST(sift(multiples_of(7)).taken_out == 0U);
  BOOST_TEST(holds(numbers(0, 60, 7)));
}

BOOST_FIXTURE_TEST_CASE(an_empty_queue_and_one_without_marks_ask_nobody, with_letters) {
  amqp::sieve through{.mark = [](const amqp::message&) { return std::string{}; },
                      .pick =
                          [](const std::set<std::string>& marks) {
                            BOOST_ERROR("asked");
                            return marks;
                          }};
  BOOST_TEST(sift(through).seen == 0U);
  fill(3);
  BOOST_TEST(sift(through).seen == 3U);
  BOOST_TEST(holds(numbers(0, 3)));
}

BOOST_FIXTURE_TEST_CASE(when_nobody_can_say_what_to_pick_everything_stays, with_letters) {
  fill(5);
  amqp::sieve through = multiples_of(1);
  through.pick = [](const std::set<std::string>&) -> std::set<std::string> {
    throw std::runtime_error("the database is away");
  };
  BOOST_CHECK_THROW((void)sift(through), std::runtime_error);
  BOOST_TEST(holds(numbers(0, 5)));
}

BOOST_FIXTURE_TEST_CASE(a_connection_lost_while_picking_loses_nothing, with_letters) {
  fill(5);
  auto options = rabbit.options("sieve");
  test::tcp_gate between(options.host, options.port);
  options.port = between.port();
  amqp::sieve through = multiples_of(1);
  through.pick = [&](const std::set<std::string>& marks) {
    between.close();
    BOOST_TEST(test::eventually(10s, [&] { return between.open() == 0; }));
    return marks;
  };
  BOOST_CHECK_THROW((void)amqp::sift(options, "dead", through, patient, stopper.get_token()), amqp::failure);
  BOOST_TEST(holds(numbers(0, 5)));
}

BOOST_FIXTURE_TEST_CASE(a_queue_that_is_not_there_and_a_silent_broker_are_failures_in_time, with_letters) {
  BOOST_CHECK_THROW(
      (void)amqp::sift(rabbit.options("sieve"), "none", multiples_of(1), patient, stopper.get_token()),
      amqp::failure);
  fill(1);
  auto options = rabbit.options("sieve");
  test::tcp_gate between(options.host, options.port);
  options.port = between.port();
  amqp::sieve through = multiples_of(1);
  through.pick = [&](const std::set<std::string>& marks) {
    between.drop();
    return marks;
  };
  const auto began = std::chrono::steady_clock::now();
  BOOST_CHECK_THROW((void)amqp::sift(options, "dead", through, 2s, stopper.get_token()), amqp::failure);
  BOOST_TEST((std::chrono::steady_clock::now() - began < 10s));
}

BOOST_FIXTURE_TEST_CASE(a_stop_ends_it_and_everything_stays, with_letters) {
  fill(4);
  amqp::sieve through = multiples_of(1);
  through.mark = [&](const amqp::message& item) {
    stopper.request_stop();
    return item.body;
  };
  BOOST_CHECK_THROW((void)sift(through), amqp::failure);
  BOOST_TEST(holds(numbers(0, 4)));
}

BOOST_FIXTURE_TEST_CASE(two_at_once_take_each_message_out_once_and_lose_none, with_letters) {
  fill(40);
  std::size_t elsewhere = 0;
  std::jthread other([&] { elsewhere = sift(multiples_of(2)).taken_out; });
  const auto here = sift(multiples_of(2)).taken_out;
  other.join();
  const auto later = sift(multiples_of(2)).taken_out;  // what each hid from the other
  BOOST_TEST(here + elsewhere + later == 20U);
  auto left = rabbit.take("dead");
  std::ranges::sort(left);
  auto expected = numbers(0, 40, 2);
  std::ranges::sort(expected);
  BOOST_TEST(left == expected, boost::test_tools::per_element());
}
