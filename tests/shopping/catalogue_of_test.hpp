// catalogue_of_test: stands where products stands. Answers PRODUCT_RPC from its own small table, and gives
// the event of every change. Thread-safe.
#pragma once

#include "common/amqp/rpc.hpp"
#include "common/messaging/event.hpp"
#include "common/uuid.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mercat::test {

struct product_of_test {
  std::int64_t id = 0;
  std::int64_t version = 1;
  std::string name = "P";
  std::string price = "2.50";  // as it stands in the JSON
  bool available = true;
  std::int64_t on_hand = 0;
  std::int64_t stock_version = 1;

  [[nodiscard]] std::string text() const;
};

class catalogue_of_test {
 public:
  // A new product; its id must be new too.
  messaging::event add(std::int64_t id, std::string price = "2.50");
  // Sets the price; the version goes up.
  messaging::event reprice(std::int64_t id, std::string price, bool available = true);
  messaging::event restock(std::int64_t id, std::int64_t on_hand);
  messaging::event remove(std::int64_t id);

  [[nodiscard]] std::map<std::int64_t, product_of_test> products() const;
  [[nodiscard]] std::map<std::int64_t, std::int64_t> deleted() const;  // id -> version
  [[nodiscard]] std::map<std::string, amqp::rpc_handler> handlers();

  std::atomic<int> lists_asked{0};          // VIEW_PRODUCTS
  std::atomic<int> pages_asked{0};          // EXPORT_PRODUCTS
  std::function<void()> after_page_read{};  // called before a page is answered, after it was read

 private:
  [[nodiscard]] std::optional<product_of_test> find(std::int64_t id) const;
  [[nodiscard]] std::string list(const json::value& ids) const;
  [[nodiscard]] std::string page(std::int64_t after, std::int64_t limit) const;

  mutable std::mutex mutex_;
  std::map<std::int64_t, product_of_test> products_;
  std::map<std::int64_t, std::int64_t> deleted_;
};

}  // namespace mercat::test
