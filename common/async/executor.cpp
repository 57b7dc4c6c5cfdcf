#include "common/async/executor.hpp"

#include <stdexcept>

namespace mercat::async {

namespace {
thread_local executor* current_executor = nullptr;
}

executor& executor::current() {
  if (current_executor == nullptr) throw std::logic_error("awaited outside an executor's thread");
  return *current_executor;
}

bool executor::is_current() const noexcept {
  return current_executor == this;
}

void executor::enter() noexcept {
  current_executor = this;
}

void executor::leave() noexcept {
  current_executor = nullptr;
}

}  // namespace mercat::async
