// progress: says on stdout how far a long run is, in lines like
//   2,500 of 10,000 customers (25 %), about 3 s left
// at most one a second on a terminal, one every 5 s otherwise. For one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace mercat::console {

// 1234567 -> "1,234,567"
[[nodiscard]] std::string grouped(std::size_t number);
// done: more than 0. What is left is taken to need as long each as what is done, which took `elapsed`.
[[nodiscard]] std::string progress_line(std::size_t done, std::size_t total, std::string_view what,
                                        std::chrono::milliseconds elapsed, std::size_t skipped = 0);

class progress {
 public:
  progress(std::string what, std::size_t total);
  // These needed no work, and their time says nothing about the rest. To be called before anything is
  // reached.
  void skipped(std::size_t done);
  void reached(std::size_t done);

 private:
  using clock = std::chrono::steady_clock;
  std::string what_;
  std::size_t total_;
  std::size_t skipped_ = 0;
  std::chrono::seconds every_;
  clock::time_point began_ = clock::now();
  clock::time_point said_ = began_;
};

}  // namespace mercat::console
