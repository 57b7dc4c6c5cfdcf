// Several calls at the same time, and what came of them.
#pragma once

#include "tests/customer/running_customer.hpp"

#include <algorithm>
#include <future>
#include <vector>

namespace mercat::test {

// call(i) for i in 0 to times-1, each on a thread of its own.
template <class Call>
std::vector<http_answer> at_once(int times, Call call) {
  std::vector<std::future<http_answer>> running;
  for (int i = 0; i < times; ++i)
    running.push_back(std::async(std::launch::async, [&call, i] { return call(i); }));
  std::vector<http_answer> answers;
  for (auto& each : running) answers.push_back(each.get());
  return answers;
}

inline std::ptrdiff_t with_status(const std::vector<http_answer>& answers, long status) {
  return std::ranges::count_if(answers, [status](const auto& each) { return each.status == status; });
}

}  // namespace mercat::test
