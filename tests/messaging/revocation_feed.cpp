// Every replica hears which sessions were ended, also those ended while it did not listen.
#include "common/messaging/revocation_feed.hpp"

#include "common/amqp/publisher.hpp"
#include "common/amqp/rpc.hpp"
#include "common/rfc3339.hpp"
#include "common/utc_now.hpp"
#include "tests/messaging/queue_gate.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <mutex>
#include <set>

using namespace mercat;
using namespace mercat::test;
using namespace std::chrono_literals;

namespace {

std::string revocation_of(std::int64_t customer) {
  return R"({"customerId":)" + std::to_string(customer) + R"(,"before":")" + rfc3339(utc_now()) + R"("})";
}

bool knows(const auth::revocations& all, std::int64_t customer) {
  auth::identity who;
  who.customer_id = customer;
  who.issued_at = std::chrono::floor<std::chrono::seconds>(utc_now()) - 1s;
  return all.cover(who);
}

struct stack {
  log::logger logger{"test", "test-1", log::level::error};
  metrics::registry metrics;
  async::event_loop loop{"events"};
};

struct listening_replica : stack {
  auth::revocations known{900s};
  amqp::connection connection;
  messaging::revocation_feed feed;

  listening_replica(const broker& rabbit, const std::string& name)
      : listening_replica(rabbit.options(name), name) {}
  listening_replica(amqp::connection_options to, const std::string& name)
      : connection(loop, std::move(to), logger, metrics), feed(connection, name, known, logger, metrics) {}
};

// What customer would answer: the ids told to it.
struct customer : stack {
  std::mutex mutex;
  std::set<std::int64_t> revoked;
  amqp::connection connection;
  amqp::rpc_server server;

  static async::task<amqp::rpc_reply> view(customer& self) {
    std::string list;
    const std::scoped_lock lock(self.mutex);
    for (const auto id : self.revoked) list += (list.empty() ? "" : ",") + revocation_of(id);
    co_return amqp::rpc_reply{200, R"({"revocations":[)" + list + "]}"};
  }

  explicit customer(const broker& rabbit)
      : connection(loop, rabbit.options("customer"), logger, metrics),
        server(connection, {"CUSTOMER_RPC"},
               {{"VIEW_REVOCATIONS", [this](const json::value&, async::deadline) { return view(*this); }}},
               logger, metrics) {}
  void add(std::int64_t id) {
    const std::scoped_lock lock(mutex);
    revoked.insert(id);
  }
};

struct fixture {
  broker rabbit{topology::shop};
  void revoke(std::int64_t id) const {
    rabbit.ask("POST", "/exchanges/" + rabbit.vhost() + "/mercat.events/publish",
               R"({"routing_key":"customer.sessions-revoked","properties":{},"payload_encoding":"base64",)"
               R"("payload":")" +
                   base64(revocation_of(id)) + R"("})");
  }
  static std::string base64(const std::string& text) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
      unsigned bits = 0;
      for (std::size_t k = 0; k < 3; ++k)
        bits = bits << 8U | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
      for (std::size_t k = 0; k < 4; ++k)
        out += i + k <= text.size() ? digits[bits >> (18U - 6U * k) & 63U] : '=';
    }
    return out;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_replica_hears_of_a_revocation, fixture) {
  customer owner{rabbit};
  listening_replica one{rabbit, "products-1"};
  listening_replica two{rabbit, "products-2"};
  BOOST_REQUIRE(eventually(10s, [&] { return one.feed.complete() && two.feed.complete(); }));
  BOOST_TEST(!knows(one.known, 7));
  revoke(7);
  BOOST_TEST(eventually(10s, [&] { return knows(one.known, 7) && knows(two.known, 7); }));
  BOOST_TEST(!knows(one.known, 8));
}

BOOST_FIXTURE_TEST_CASE(a_replica_that_starts_late_knows_what_was_revoked_before, fixture) {
  customer owner{rabbit};
  owner.add(7);
  listening_replica late{rabbit, "products-1"};
  BOOST_REQUIRE(eventually(10s, [&] { return late.feed.complete(); }));
  BOOST_TEST(knows(late.known, 7));
}

BOOST_FIXTURE_TEST_CASE(what_was_revoked_while_the_connection_was_lost_is_known_afterwards, fixture) {
  customer owner{rabbit};
  listening_replica one{rabbit, "products-1"};
  BOOST_REQUIRE(eventually(10s, [&] { return one.feed.complete(); }));
  owner.add(7);
  BOOST_REQUIRE(eventually(30s, [&] { return rabbit.kill_connection("products-1"); }));
  BOOST_TEST(eventually(20s, [&] { return knows(one.known, 7); }));
  BOOST_TEST(eventually(20s, [&] { return one.feed.complete(); }));
  revoke(8);
  BOOST_TEST(eventually(10s, [&] { return knows(one.known, 8); }));
}

// It goes on asking over a connection that came back, where its queue may begin later than the answer comes.
BOOST_FIXTURE_TEST_CASE(what_was_revoked_between_the_answer_and_the_queue_is_asked_for_again, fixture) {
  auto to = rabbit.options("products-1");
  queue_gate between{to.host, to.port};
  to.host = "127.0.0.1";
  to.port = between.port();
  listening_replica one{to, "products-1"};
  const auto hears = [&](std::int64_t id) {
    revoke(id);
    return knows(one.known, id);
  };
  BOOST_REQUIRE(eventually(20s, [&] { return hears(9); }));
  between.break_and_hold_queues();
  BOOST_REQUIRE(eventually(20s, [&] { return between.held() == 3; }));  // declare, bind, consume
  customer owner{rabbit};
  BOOST_REQUIRE(eventually(20s, [&] { return one.feed.complete(); }));
  owner.add(7);
  revoke(7);
  BOOST_TEST(!knows(one.known, 7));
  between.release();
  BOOST_TEST(eventually(20s, [&] { return knows(one.known, 7); }));
  BOOST_TEST(eventually(20s, [&] { return hears(8); }));
}

BOOST_FIXTURE_TEST_CASE(it_asks_until_customer_answers_and_ends_while_asking, fixture) {
  listening_replica early{rabbit, "products-1"};
  revoke(9);
  {
    listening_replica never_answered{rabbit, "products-2"};
    BOOST_TEST(eventually(10s, [&] { return never_answered.connection.up(); }));
  }
  BOOST_TEST(!early.feed.complete());
  customer owner{rabbit};
  BOOST_TEST(eventually(20s, [&] { return early.feed.complete(); }));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_read_is_left_alone, fixture) {
  customer owner{rabbit};
  listening_replica one{rabbit, "products-1"};
  BOOST_REQUIRE(eventually(10s, [&] { return one.feed.complete(); }));
  for (const auto* payload : {"", "[]", "{}", R"({\"customerId\":1,\"before\":\"yesterday\"})"})
    rabbit.ask("POST", "/exchanges/" + rabbit.vhost() + "/mercat.events/publish",
               R"({"routing_key":"customer.sessions-revoked","properties":{},"payload_encoding":"string",)"
               R"("payload":")" +
                   std::string(payload) + R"("})");
  revoke(7);
  BOOST_TEST(eventually(10s, [&] { return knows(one.known, 7); }));
  BOOST_TEST(one.known.size() == 1U);
}
