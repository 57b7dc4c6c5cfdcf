// steady_load: shoppers that use the shop without pause while something is done to it, and count what they
// get.
#pragma once

#include "tests/e2e/shop.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mercat::e2e {

struct load_report {
  long requests = 0;
  std::map<int, long> by_status;  // 0: no answer
  std::chrono::milliseconds slowest{0};
  std::vector<std::string> failures;  // the first few that were not `wanted`
  long unwanted = 0;
};

// What one shopper does, again and again; each call returns the answer it got.
using shopping_step = std::function<answer(browser&, const account&)>;

class steady_load {
 public:
  // Starts `shoppers` threads, each with an account and a kept connection of its own. wanted: is this answer
  // what a customer may get in this situation?
  steady_load(int shoppers, std::vector<shopping_step> steps, std::function<bool(const answer&)> wanted);
  ~steady_load();

  [[nodiscard]] long requests() const noexcept { return requests_.load(); }
  // Ends the load and says what happened.
  load_report finish();

 private:
  void shop(std::size_t number);
  void record(const answer& received);

  std::vector<shopping_step> steps_;
  std::function<bool(const answer&)> wanted_;
  std::vector<account> accounts_;
  std::atomic<bool> stopping_{false};
  std::atomic<long> requests_{0};
  std::mutex mutex_;
  load_report report_;
  std::vector<std::thread> threads_;
};

// Reads and writes through every service: list, product, profile, cart read, cart set, home.
[[nodiscard]] std::vector<shopping_step> mixed_shopping();
[[nodiscard]] std::vector<shopping_step> only_reads();

std::string to_text(const load_report& report);

}  // namespace mercat::e2e
