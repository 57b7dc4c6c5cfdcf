// A real memory alarm. It needs more than URLs: MERCAT_RABBITMQCTL, a command that runs rabbitmqctl against
// the broker under test, which ./mercat test gives. connection.cpp, publisher.cpp and rpc.cpp show the same
// promises with a gate.
#include "client.hpp"
#include "common/amqp/publisher.hpp"
#include "common/amqp/rpc.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

using namespace mercat;
using namespace mercat::test;

namespace {

boost::test_tools::assertion_result rabbitmqctl_is_known(boost::unit_test::test_unit_id) {
  return std::getenv("MERCAT_RABBITMQCTL") != nullptr;
}

// Evaluates an Erlang expression (without ') in the broker; gives its value as text.
std::string in_broker(const std::string& expression) {
  const auto command = std::string{std::getenv("MERCAT_RABBITMQCTL")} + " eval '" + expression + ".'";
  const std::unique_ptr<FILE, decltype(&::pclose)> output{::popen(command.c_str(), "r"), &::pclose};
  std::string value;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), output.get()) != nullptr) value += part.data();
  while (value.ends_with('\n')) value.pop_back();
  if (value.empty()) throw std::runtime_error("rabbitmqctl failed: " + expression);
  return value;
}

struct memory_alarm {
  const std::string watermark = in_broker("vm_memory_monitor:get_vm_memory_high_watermark()");
  memory_alarm() { in_broker("vm_memory_monitor:set_vm_memory_high_watermark({absolute, 1000000})"); }
  ~memory_alarm() { in_broker("vm_memory_monitor:set_vm_memory_high_watermark(" + watermark + ")"); }
};

async::task<amqp::rpc_reply> yes(const json::value&, async::deadline) {
  co_return amqp::rpc_reply{200, "true"};
}

struct shop {
  explicit shop(const broker& scratch)
      : rpc_side(scratch.options("rpc")),
        event_side(scratch.options("events")),
        server(rpc_side.connection, {"PRODUCT_RPC", 64}, {{"YES", yes}}, rpc_side.logger, rpc_side.metrics),
        calls(rpc_side.connection, {"PRODUCT_RPC", 128, 2000ms}, rpc_side.metrics),
        events(event_side.connection, "mercat.events", "shopping") {}

  bool call() {
    try {
      return run(rpc_side.callers, calls.call("YES", "1", async::deadline::in(500ms))).status == 200;
    } catch (const error&) {
      return false;
    }
  }
  std::chrono::milliseconds time_of_call() {
    const auto start = std::chrono::steady_clock::now();
    (void)call();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  }
  void publish() {
    event_side.loop.run_and_wait([&] {
      events.publish({"id", "customer.deleted", "{}", ""}, [this](amqp::sent outcome) {
        ++(outcome == amqp::sent::confirmed ? confirmed : given_back);
      });
    });
  }

  client rpc_side, event_side;
  amqp::rpc_server server;
  amqp::rpc_client calls;
  amqp::publisher events;
  std::atomic<int> confirmed{0}, given_back{0};
};

}  // namespace

BOOST_AUTO_TEST_CASE(under_a_memory_alarm_everything_fails_fast_and_recovers,
                     *boost::unit_test::precondition(rabbitmqctl_is_known)) {
  const broker scratch{topology::shop};
  shop all{scratch};
  BOOST_REQUIRE(eventually(10s, [&] { return all.events.ready() && all.call(); }));
  {
    const memory_alarm alarm;
    // The broker tells a connection that it is blocked when it publishes.
    BOOST_TEST(eventually(15s, [&] {
      all.publish();
      (void)all.call();
      return all.rpc_side.connection.blocked() && all.event_side.connection.blocked();
    }));
    BOOST_TEST(all.time_of_call().count() < 1500);
    const int before = all.given_back;
    all.publish();
    BOOST_TEST(all.given_back == before + 1);
    all.rpc_side.loop.run_and_wait([] {});
    all.event_side.loop.run_and_wait([] {});
  }
  BOOST_TEST(eventually(10s, [&] { return !all.rpc_side.connection.blocked() && all.call(); }));
  const int before = all.confirmed;
  BOOST_TEST(eventually(5s, [&] {
    all.publish();
    return all.confirmed > before;
  }));
}
