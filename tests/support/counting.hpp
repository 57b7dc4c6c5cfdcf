// counting: work for a thread of a test. An exception that left the thread would end the whole program.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdio>
#include <exception>
#include <utility>

namespace mercat::test {

// Does the work; when it throws, that is counted, and its reason is in the test's log.
template <class Work>
auto counting(std::atomic<int>& failures, Work work) {
  return [&failures, work = std::move(work) ](
      auto... arguments) mutable requires std::invocable<Work&, decltype(arguments)...> {
    try {
      work(arguments...);
    } catch (const std::exception& failure) {
      ++failures;
      std::fprintf(stderr, "a thread of the test failed: %s\n", failure.what());
    }
  };
}

}  // namespace mercat::test
