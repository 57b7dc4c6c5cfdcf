// customers: people who buy a few products again and again while things break, and staff who put more on the
// shelf. Each has a thread; what they do is drawn from the seed, what they are told is recorded.
//
// A customer puts one to three products into the cart and orders with a fresh key. Without an answer, or with
// a 5xx, most try the same key again, some never do. Some cancel, some of these from six connections at once;
// some read what became of their order; some look for the orders of others, which must be 404.
#pragma once

#include "tests/chaos/record.hpp"
#include "tests/e2e/shop.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace mercat::chaos {

struct crowd {
  int customers = 16;
  int stockers = 2;
  int products = 6;
  std::int64_t units = 20;  // of each product, at the start
};

class customers {
 public:
  // Signs up and puts products on sale; nobody shops before start().
  customers(crowd size, std::uint64_t seed);
  ~customers();
  customers(const customers&) = delete;
  customers& operator=(const customers&) = delete;

  void start();
  // Ends the load: what was begun is finished, tries without an answer are tried until the limit.
  void stop();

  // A copy; any time.
  [[nodiscard]] record so_far();
  [[nodiscard]] std::map<std::string, long> answers();  // "order 201", "cancel 409 order-final", …
  void remember_poison(const std::string& mark, bool arrived);

 private:
  using random = std::mt19937_64;
  using clock = std::chrono::steady_clock;

  void shop(std::size_t number, random luck);
  void restock(random luck);
  void buy(e2e::browser& device, const e2e::account& who, random& luck, clock::time_point& unsure_since);
  purchase order_until_answered(e2e::browser& device, const e2e::account& who, quantities wanted,
                                random& luck);
  void cancel(e2e::browser& device, const e2e::account& who, purchase& bought, random& luck);
  void look_at(e2e::browser& device, purchase& bought, random& luck);
  void look_at_others(e2e::browser& device, std::int64_t own_id);
  e2e::answer ask(e2e::browser& device, const std::string& what, const std::string& method,
                  const std::string& path, std::optional<std::string_view> body = {});
  void rest(std::chrono::milliseconds time) const;

  crowd size_;
  random luck_;
  std::vector<e2e::account> accounts_;
  std::vector<std::int64_t> products_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // of the two below
  record record_;
  std::map<std::string, long> answers_;
  std::vector<std::thread> threads_;
};

// Staff: the demo administrator, logged in.
[[nodiscard]] e2e::browser staff();
// "" when it was not granted.
[[nodiscard]] std::string log_in(e2e::browser& device, const std::string& email, const std::string& password);
// A new product with so many units; its id.
std::int64_t put_on_sale(e2e::browser& admin, std::int64_t units);
// What an answer to an order or a cancel says.
[[nodiscard]] told read_answer(const e2e::answer& received);
// No answer, or one that leaves open what happened.
[[nodiscard]] bool leaves_open(int status);

}  // namespace mercat::chaos
