#include "tests/e2e/steady_load.hpp"

#include <algorithm>
#include <sstream>

namespace mercat::e2e {

steady_load::steady_load(int shoppers, std::vector<shopping_step> steps,
                         std::function<bool(const answer&)> wanted)
    : steps_(std::move(steps)), wanted_(std::move(wanted)) {
  browser device(url());
  for (int i = 0; i < shoppers; ++i) accounts_.push_back(sign_up(device));
  for (std::size_t i = 0; i < accounts_.size(); ++i) threads_.emplace_back([this, i] { shop(i); });
}

steady_load::~steady_load() {
  finish();
}

load_report steady_load::finish() {
  stopping_ = true;
  for (auto& each : threads_)
    if (each.joinable()) each.join();
  const std::lock_guard lock(mutex_);
  return report_;
}

void steady_load::shop(std::size_t number) {
  browser device(url(), number % 2 == 0 ? desktop : iphone);
  device.log_in_as(accounts_[number].token);
  for (std::size_t turn = number; !stopping_; ++turn)
    record(steps_[turn % steps_.size()](device, accounts_[number]));
}

void steady_load::record(const answer& received) {
  ++requests_;
  const std::lock_guard lock(mutex_);
  ++report_.requests;
  ++report_.by_status[received.status];
  report_.slowest = std::max(report_.slowest, received.took);
  if (wanted_(received)) return;
  ++report_.unwanted;
  if (report_.failures.size() < 10)
    report_.failures.push_back(std::to_string(received.status) + " " + received.failure + " " +
                               received.body.substr(0, 300));
}

std::vector<shopping_step> only_reads() {
  return {
      [](browser& device, const account&) { return device.get("/api/products?limit=10"); },
      [](browser& device, const account&) { return device.get("/api/products/1"); },
      [](browser& device, const account&) { return device.get("/api/profile"); },
      [](browser& device, const account&) { return device.get("/api/cart"); },
      [](browser& device, const account&) { return device.get("/api/home"); },
  };
}

std::vector<shopping_step> mixed_shopping() {
  auto steps = only_reads();
  steps.push_back([](browser& device, const account&) {
    return device.post("/api/cart", R"({"productId":1,"quantity":2})");
  });
  steps.push_back([](browser& device, const account&) {
    return device.post("/api/cart", R"({"productId":2,"quantity":1})");
  });
  return steps;
}

std::string to_text(const load_report& report) {
  std::ostringstream text;
  text << report.requests << " requests, " << report.unwanted << " failed, slowest " << report.slowest.count()
       << " ms;";
  for (const auto& [status, count] : report.by_status) text << "  " << status << ": " << count;
  for (const auto& failure : report.failures) text << "\n  " << failure;
  return std::move(text).str();
}

}  // namespace mercat::e2e
