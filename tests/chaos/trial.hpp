// trial: one run of the checker, from the first customer to the verdict.
//
//   trial run{where, {.seed = 7}};
//   run.warm_up();
//   run.strike(fault_called("poison"));        // one, now
//   run.strike_at_random(std::chrono::minutes{10});   // mixes, from the seed
//   BOOST_TEST(run.finish() == 0);             // prints the table that ends in "violations: 0"
#pragma once

#include "tests/chaos/faults.hpp"
#include "tests/chaos/judge.hpp"

#include <chrono>
#include <map>
#include <string>

namespace mercat::chaos {

struct trial_options {
  std::string name;
  std::uint64_t seed = 1;
  crowd size{};
  bool brief = false;  // two lines when all is well
};

class trial {
 public:
  trial(stage& where, trial_options options);

  // Starts the load, until some of it has been answered.
  void warm_up();
  void strike(const fault& what);
  void strike_at_random(std::chrono::milliseconds time);
  // Stops the load, mends everything, waits for quiet, compares, prints. Returns the violations.
  std::int64_t finish();

 private:
  struct remembered {
    std::string name;
    std::int64_t warm_kib = 0;
    std::int64_t last_kib = 0;
  };
  void strike(const fault& what, std::mt19937_64 luck);
  void run_lane(lane which, std::uint64_t seed, std::chrono::steady_clock::time_point until);
  void note(const std::string& what, std::size_t times);
  void look_at_memory();
  [[nodiscard]] std::string wait_for_quiet();

  stage& where_;
  trial_options options_;
  std::mt19937_64 luck_;
  messages events_;
  customers who_;
  patience time_;
  scene scene_{where_, events_, who_, time_, [this](const auto& what, auto times) { note(what, times); }};
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::milliseconds loaded_{0};
  std::chrono::milliseconds until_quiet_{0};
  std::mutex mutex_;  // of the three below
  std::map<std::string, long> faults_;
  std::map<std::string, long> done_;
  std::map<std::string, long> failed_faults_;  // the shop or a server was in no state to be hurt in this way
  std::map<pid_t, remembered> memory_;
};

// MERCAT_CHAOS_SEED, or one at random.
[[nodiscard]] std::uint64_t seed_of_run();
// MERCAT_CHAOS_MINUTES, 2 without.
[[nodiscard]] double minutes_of_run();

}  // namespace mercat::chaos
