// shops: an RPC server with handlers of every temper, and a caller, each with a connection of its own.
#pragma once

#include "client.hpp"
#include "common/amqp/rpc.hpp"
#include "common/async/when_all.hpp"
#include "tests/support/tcp_gate.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mercat::test {

using amqp::rpc_client;
using amqp::rpc_reply;
using amqp::rpc_server;
using async::deadline;

inline constexpr const char* queue = "PRODUCT_RPC";

inline std::string text_of(const json::value& data) {
  json::writer out;
  data.Accept(out);
  return out.take();
}

inline async::task<rpc_reply> echo(const json::value& data, deadline) {
  co_return rpc_reply{200, text_of(data)};
}
inline async::task<rpc_reply> nothing_there(const json::value&, deadline) {
  co_return rpc_reply{404, "null"};
}
inline async::task<rpc_reply> refuse(const json::value&, deadline) {
  throw error(fault::unavailable, "database-busy", "Try \"later\".");
  co_return rpc_reply{};
}
inline async::task<rpc_reply> break_down(const json::value&, deadline) {
  throw std::runtime_error("secret inside");
  co_return rpc_reply{};
}
inline async::task<rpc_reply> too_late(const json::value&, deadline) {
  throw error(fault::too_slow, "database-too-slow", "too slow");
  co_return rpc_reply{};
}
// Counts those asleep: an event_loop that ends forgets its sleepers, and with them their memory.
inline async::task<rpc_reply> slow_answer(async::event_loop& loop, std::string body, std::atomic<int>& asleep,
                                          std::chrono::milliseconds time) {
  ++asleep;
  co_await loop.sleep(time);
  --asleep;
  co_return rpc_reply{200, std::move(body)};
}

struct server : client {
  // slow: how long SLOW takes.
  explicit server(amqp::connection_options options, std::uint16_t prefetch = 64,
                  std::chrono::milliseconds slow = 300ms)
      : client(std::move(options)) {
    std::map<std::string, amqp::rpc_handler> handlers{{"ECHO", echo},
                                                      {"NOTHING", nothing_there},
                                                      {"REFUSE", refuse},
                                                      {"BREAK", break_down},
                                                      {"TOO_LATE", too_late}};
    handlers["SLOW"] = [this, slow](const json::value& data, deadline) {
      return slow_answer(loop, text_of(data), asleep, slow);
    };
    handlers["TIME_LEFT"] = [](const json::value&, deadline until) { return time_left(until); };
    rpc.emplace(connection, amqp::rpc_server_options{queue, prefetch}, std::move(handlers), logger, metrics);
  }
  ~server() {
    (void)eventually(5s, [this] { return asleep == 0; });
  }

  static async::task<rpc_reply> time_left(deadline until) {
    co_return rpc_reply{200, std::to_string(until.remaining().count())};
  }
  std::atomic<int> asleep{0};
  std::optional<rpc_server> rpc;
};

// For a caller whose calls end by something else than their time.
inline amqp::rpc_client_options patient(std::size_t most_pending = 128) {
  return {queue, most_pending, 20s};
}

struct caller : client {
  explicit caller(amqp::connection_options options, amqp::rpc_client_options how = {queue, 128, 2000ms})
      : client(std::move(options)), rpc(std::in_place, connection, std::move(how), metrics) {}

  rpc_reply call(const std::string& type, const std::string& data, deadline until = deadline::in(2s)) {
    return run(callers, rpc->call(type, data, until));
  }
  // The slug of the error the call ends with, or its status.
  std::string outcome(const std::string& type, const std::string& data, deadline until = deadline::in(2s)) {
    try {
      return std::to_string(call(type, data, until).status);
    } catch (const error& failed) {
      return failed.slug();
    }
  }
  [[nodiscard]] bool answered(std::chrono::milliseconds limit = 10s) {
    return eventually(limit, [this] { return outcome("ECHO", "1") == "200"; });
  }
  std::optional<rpc_client> rpc;
};

inline std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

inline std::string counter(const metrics::registry& from, const std::string& line) {
  const auto text = from.text();
  const auto at = text.find("\n" + line + " ");
  return at == std::string::npos
             ? "0"
             : text.substr(at + line.size() + 2, text.find('\n', at + 1) - at - line.size() - 2);
}

// One caller coroutine: `rounds` calls one after the other; counts the replies that are not its own.
inline async::task<int> own_replies(rpc_client& rpc, int who, int rounds) {
  int wrong = 0;
  for (int i = 0; i < rounds; ++i) {
    auto mine = std::to_string(who) + "000000" + std::to_string(i);
    const auto reply = co_await rpc.call("ECHO", mine, deadline::in(std::chrono::seconds{5}));
    if (reply.body != mine) ++wrong;
  }
  co_return wrong;
}

inline int wrong_replies(caller& one, int callers_at_once, int rounds) {
  std::vector<async::task<int>> all;
  for (int i = 0; i < callers_at_once; ++i) all.push_back(own_replies(*one.rpc, i + 1, rounds));
  int wrong = 0;
  for (const int each : run(one.callers, async::when_all(std::move(all)))) wrong += each;
  return wrong;
}

}  // namespace mercat::test
