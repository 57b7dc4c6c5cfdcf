// orders_of_test: shopping_of_test with an address book behind CUSTOMER_RPC, a stocked catalogue, and what
// tests of orders ask again and again.
#pragma once

#include "shopping/order_events.hpp"
#include "tests/shopping/shopping_of_test.hpp"

#include <algorithm>
#include <functional>
#include <thread>

namespace mercat::test {

inline async::task<amqp::rpc_reply> address_of_test(const json::value& data) {
  const auto customer = json::integer(data, "customerId").value();
  const auto address = json::integer(data, "addressId").value();
  amqp::rpc_reply reply{404, "null"};
  if (address == customer * 10) reply = {200, R"({"id":)" + std::to_string(address) + R"(,"city":"Berlin"})"};
  co_return reply;
}

// Customer 7 has the address 70, and so on. Products 1 to 20, at 2.50, a thousand of each.
struct orders_of_test : shopping_of_test {
  amqp::rpc_server customers{
      connection,
      {"CUSTOMER_RPC"},
      {{"VIEW_ADDRESS", [](const json::value& data, async::deadline) { return address_of_test(data); }}},
      logger,
      metrics};

  orders_of_test() {
    for (std::int64_t id = 1; id <= 20; ++id) {
      hear(catalogue.add(id));
      hear(catalogue.restock(id, 1000));
    }
    BOOST_REQUIRE(eventually([&] { return customers.ready(); }));
  }

  static shopping::order_caller caller(std::int64_t customer, std::string key) {
    auth::identity who;
    who.customer_id = customer;
    who.role = "user";
    who.email = std::to_string(customer) + "@example.org";
    return {who, std::move(key), ""};
  }
  // From any thread.
  shopping::placed_order place(std::int64_t customer, const std::string& key,
                               const shopping::order_request& wanted = {}) {
    return wait_for(loop, [&] { return placing.place(caller(customer, key), wanted, soon()); });
  }
  // Of a new cart.
  shopping::placed_order place_one(std::int64_t customer, std::int64_t product = 1,
                                   std::int64_t quantity = 2) {
    set(customer, product, quantity);
    return place(customer, uuid_v7());
  }
  shopping::order_with_history find(std::int64_t customer, const std::string& id) {
    return wait_for(loop, [&] { return orders.find_own(customer, id, soon()); });
  }
  shopping::order_with_history cancel(std::int64_t customer, const std::string& id) {
    return wait_for(loop, [&] { return orders.cancel(customer, id, "", soon()); });
  }
  // "PENDING ACCEPTED"
  std::string states_of(const std::string& id) {
    const auto found = wait_for(loop, [&] { return orders.find(id, soon()); });
    std::string states;
    for (const auto& step : found.history)
      states += (states.empty() ? "" : " ") + std::string(shopping::name(step.state));
    BOOST_TEST(states.ends_with(shopping::name(found.whole.state)));
    return states;
  }

  static messaging::event decided(const std::string& id, const std::string& status) {
    const std::string reason = status == "REJECTED" ? R"(,"reason":"out-of-stock")" : "";
    return {uuid_v7(), "order.decided",
            R"({"orderId":")" + id + R"(","status":")" + status +
                R"(","decidedAt":"2026-01-31T23:59:59.000Z")" + reason + "}",
            ""};
  }

  std::int64_t count(const std::string& from) {
    std::int64_t found = 0;
    schema.as_root([&](db::session& s) { found = s.query_one("SELECT COUNT(*) FROM " + from)->integer(0); });
    return found;
  }
  // Data of the events of this type in the outbox, oldest first.
  std::vector<std::string> events(const std::string& type) {
    std::vector<std::string> data;
    schema.as_root([&](db::session& s) {
      for (auto& row : s.query("SELECT data FROM outbox WHERE type = ? ORDER BY id", type))
        data.push_back(row.take_text(0));
    });
    return data;
  }
};

// What `act` says, so many times at the same moment: "201", or the slug of a refusal.
inline std::vector<std::string> at_once(int times, const std::function<std::string(int)>& act) {
  std::vector<std::string> said(static_cast<std::size_t>(times));
  std::vector<std::thread> threads;
  for (int i = 0; i < times; ++i)
    threads.emplace_back([&, i] {
      try {
        said[static_cast<std::size_t>(i)] = act(i);
      } catch (const error& refused) {
        said[static_cast<std::size_t>(i)] = refused.slug();
      }
    });
  for (auto& each : threads) each.join();
  return said;
}

}  // namespace mercat::test
