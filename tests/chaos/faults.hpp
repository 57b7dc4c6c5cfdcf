// faults: everything that is done to the shop in a run, by name. Each is made, lasts a while and is mended by
// itself; the ones of one lane come one after the other, the two lanes run beside each other.
#pragma once

#include "tests/chaos/customers.hpp"
#include "tests/chaos/messages.hpp"
#include "tests/chaos/stage.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace mercat::chaos {

// Ends every waiting in faults early, when the run is over.
class patience {
 public:
  void wait(std::chrono::milliseconds time);
  void end();
  [[nodiscard]] bool ended();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
};

struct scene {
  stage& where;
  messages& events;
  customers& who;
  patience& time;
  std::function<void(const std::string& what, std::size_t times)> note;  // for the table
};

enum class lane { processes, network };

struct fault {
  std::string name;
  lane where = lane::processes;
  // luck: all that is random about it, drawn at the beginning whatever the state of things, so that the same
  // seed does the same things in the same order.
  std::function<void(scene&, std::mt19937_64& luck)> strike;
};

[[nodiscard]] const std::vector<fault>& all_faults();
[[nodiscard]] const fault& fault_called(const std::string& name);

}  // namespace mercat::chaos
