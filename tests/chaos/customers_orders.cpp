// What customers do about one order, and what staff does about the stock.
#include "common/uuid.hpp"
#include "tests/chaos/customers.hpp"

namespace mercat::chaos {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;  // with one key
constexpr int at_once = 6;

}  // namespace

purchase customers::order_until_answered(e2e::browser& device, const e2e::account& who, quantities wanted,
                                         random& luck) {
  purchase bought{who.id, uuid_v7(), std::move(wanted), {}, {}, {}, true};
  const bool tries_again = luck() % 5 != 0;
  const bool has_number = luck() % 4 == 0;
  const auto body = has_number ? R"({"txnNumber":"T)" + bought.key + R"("})" : std::string{"{}"};
  device.header("Idempotency-Key", bought.key);
  const auto until = std::chrono::steady_clock::now() + patience;
  do {
    const auto received = ask(device, "order", "POST", "/api/orders", body);
    bought.tries.push_back(read_answer(received));
    const auto& last = bought.tries.back();
    const bool open = leaves_open(last.status) || last.problem == "in-progress" || last.status == 429;
    if (open && tries_again) {
      rest(200ms);
      continue;
    }
    // Once more, although it was answered: the same order must come.
    if (last.status == 201 && luck() % 10 == 0) continue;
    break;
  } while (std::chrono::steady_clock::now() < until);
  device.forget_header("Idempotency-Key");
  return bought;
}

void customers::cancel(e2e::browser& device, const e2e::account& who, purchase& bought, random& luck) {
  const auto path = "/api/orders/" + bought.order_id() + "/cancel";
  if (luck() % 2 == 0) rest(std::chrono::milliseconds{luck() % 300});
  if (luck() % 4 != 0) {
    bought.cancels.push_back(read_answer(ask(device, "cancel", "POST", path, "{}")));
    return;
  }
  std::vector<told> answers(at_once);
  std::vector<std::thread> threads;
  for (auto& each : answers)
    threads.emplace_back([&] {
      e2e::browser other(e2e::url());
      other.log_in_as(who.token);
      each = read_answer(ask(other, "cancel", "POST", path, "{}"));
    });
  for (auto& each : threads) each.join();
  bought.cancels.insert(bought.cancels.end(), answers.begin(), answers.end());
}

void customers::look_at(e2e::browser& device, purchase& bought, random& luck) {
  for (auto looks = 1 + luck() % 4; looks > 0; --looks) {
    const auto received = ask(device, "read", "GET", "/api/orders/" + bought.order_id());
    if (received.status == 200) {
      bought.states_seen.push_back(read_answer(received).state);
    } else if (!leaves_open(received.status) && received.status != 401) {
      const std::lock_guard lock(mutex_);
      record_.reading_failures.push_back("order " + bought.order_id() + ", answered before, was read with " +
                                         std::to_string(received.status));
    }
    rest(100ms);
  }
}

void customers::look_at_others(e2e::browser& device, std::int64_t own_id) {
  std::string other;
  {
    const std::lock_guard lock(mutex_);
    for (auto each = record_.purchases.rbegin(); each != record_.purchases.rend() && other.empty(); ++each)
      if (each->customer_id != own_id) other = each->order_id();
  }
  if (other.empty()) return;
  for (const auto* method : {"GET", "POST"}) {
    const bool reads = *method == 'G';
    const auto path = "/api/orders/" + other + (reads ? "" : "/cancel");
    const auto received =
        reads ? ask(device, "another's", method, path) : ask(device, "another's", method, path, "{}");
    if (received.status == 404 || received.status == 401 || leaves_open(received.status)) continue;
    const std::lock_guard lock(mutex_);
    record_.reading_failures.push_back("another's order " + other + ": " + method + " answered " +
                                       std::to_string(received.status));
  }
}

void customers::restock(random luck) {
  auto admin = staff();
  admin.time_limit(12s);
  while (!stopping_) {
    const auto product = products_[luck() % products_.size()];
    const auto delta = luck() % 5 == 0 ? -1 - static_cast<std::int64_t>(luck() % 3)
                                       : 1 + static_cast<std::int64_t>(luck() % 4);
    adjustment change{product, delta, "chaos " + uuid_v7(), 0};
    change.status =
        ask(admin, "stock", "POST", "/api/products/" + std::to_string(change.product_id) + "/stock",
            R"({"delta":)" + std::to_string(delta) + R"(,"reason":")" + change.reason + R"("})")
            .status;
    if (change.status == 401) admin.log_in_as(log_in(admin, "admin@mercat.test", "mercat-demo-1"));
    {
      const std::lock_guard lock(mutex_);
      record_.adjustments.push_back(std::move(change));
    }
    rest(std::chrono::milliseconds{50 + luck() % 200});
  }
}

}  // namespace mercat::chaos
