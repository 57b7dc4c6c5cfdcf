#include "common/console/progress.hpp"

#include <iostream>
#include <unistd.h>
#include <utility>

namespace mercat::console {

std::string grouped(std::size_t number) {
  auto text = std::to_string(number);
  for (auto at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string progress_line(std::size_t done, std::size_t total, std::string_view what,
                          std::chrono::milliseconds elapsed, std::size_t skipped) {
  const auto left =
      elapsed * static_cast<std::int64_t>(total - done) / static_cast<std::int64_t>(done - skipped);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  return grouped(done) + " of " + grouped(total) + " " + std::string(what) + " (" +
         std::to_string(100 * done / total) + " %), about " + std::to_string(seconds) + " s left";
}

progress::progress(std::string what, std::size_t total)
    : what_(std::move(what)), total_(total), every_(isatty(STDOUT_FILENO) == 1 ? 1 : 5) {}

void progress::skipped(std::size_t done) {
  skipped_ = done;
  began_ = clock::now();
}

void progress::reached(std::size_t done) {
  const auto now = clock::now();
  if (done <= skipped_ || done >= total_ || now - said_ < every_) return;
  said_ = now;
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
  std::cout << progress_line(done, total_, what_, elapsed, skipped_) << std::endl;
}

}  // namespace mercat::console
