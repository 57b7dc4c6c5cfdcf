#include "tests/chaos/customers.hpp"

#include "common/uuid.hpp"
#include "tests/support/eventually.hpp"

#include <algorithm>
#include <stdexcept>

namespace mercat::chaos {

namespace {

using namespace std::chrono_literals;

constexpr auto late_within = 20s;  // nothing that was asked for before can still happen

bool one_in(std::mt19937_64& luck, unsigned n) {
  return luck() % n == 0;
}

}  // namespace

std::string log_in(e2e::browser& device, const std::string& email, const std::string& password) {
  device.log_in_as("");  // a token that is over is refused here too
  const auto got =
      device.post("/api/login", R"({"email":")" + email + R"(","password":")" + password + R"("})");
  if (got.status != 200) return {};
  const auto body = got.json();
  return std::string{json::text(body.root(), "accessToken").value_or("")};
}

bool leaves_open(int status) {
  return status == 0 || status >= 500;
}

told read_answer(const e2e::answer& received) {
  told out{received.status, {}, {}, {}, {}};
  if (received.status == 200 || received.status == 201) {
    const auto body = received.json();
    out.order_id = json::text(body.root(), "orderId").value_or("");
    out.state = json::text(body.root(), "status").value_or("");
    const auto* items = json::member(body.root(), "items");
    if (items == nullptr) return out;
    for (const auto& each : items->GetArray())
      out.lines[json::integer(each, "productId").value_or(0)] += json::integer(each, "quantity").value_or(0);
  } else if (received.status != 0) {
    out.problem = received.problem();
  }
  return out;
}

e2e::browser staff() {
  e2e::browser device(e2e::url());
  const auto token = log_in(device, "admin@mercat.test", "mercat-demo-1");
  if (token.empty()) throw std::runtime_error("the demo administrator cannot log in");
  device.log_in_as(token);
  return device;
}

std::int64_t put_on_sale(e2e::browser& admin, std::int64_t units) {
  const auto got =
      admin.post("/api/products", R"({"sku":"C)" + uuid_v7().substr(9) +
                                      R"(","name":"Chaos lamp","type":"Chaos","price":9.99,"quantity":)" +
                                      std::to_string(units) + "}");
  if (got.status != 201)
    throw std::runtime_error("a product could not be made: " + std::to_string(got.status) + got.body);
  const auto body = got.json();
  return json::integer(body.root(), "id").value();
}

customers::customers(crowd size, std::uint64_t seed) : size_(size), luck_(seed) {
  auto admin = staff();
  for (int i = 0; i < size_.products; ++i) {
    products_.push_back(put_on_sale(admin, size_.units));
    record_.opening[products_.back()] = size_.units;
  }
  e2e::browser device(e2e::url());
  for (int i = 0; i < size_.customers; ++i) {
    accounts_.push_back(e2e::sign_up(device));
    record_.customers.push_back({accounts_.back().id, accounts_.back().email});
  }
}

customers::~customers() {
  stop();
}

void customers::start() {
  for (std::size_t i = 0; i < accounts_.size(); ++i)
    threads_.emplace_back([this, i, luck = random{luck_()}] { shop(i, luck); });
  for (int i = 0; i < size_.stockers; ++i)
    threads_.emplace_back([this, luck = random{luck_()}] { restock(luck); });
}

void customers::stop() {
  stopping_ = true;
  for (auto& each : threads_)
    if (each.joinable()) each.join();
}

record customers::so_far() {
  const std::lock_guard lock(mutex_);
  return record_;
}

std::map<std::string, long> customers::answers() {
  const std::lock_guard lock(mutex_);
  return answers_;
}

void customers::remember_poison(const std::string& mark, bool arrived) {
  const std::lock_guard lock(mutex_);
  record_.poisons[mark] = arrived;
}

e2e::answer customers::ask(e2e::browser& device, const std::string& what, const std::string& method,
                           const std::string& path, std::optional<std::string_view> body) {
  auto received = device.send(method, path, body);
  const auto problem = received.status >= 400 ? " " + received.problem() : std::string{};
  const std::lock_guard lock(mutex_);
  ++answers_[what + " " + std::to_string(received.status) + problem];
  return received;
}

void customers::rest(std::chrono::milliseconds time) const {
  (void)test::eventually(time, [this] { return stopping_.load(); });
}

void customers::shop(std::size_t number, random luck) {
  e2e::browser device(e2e::url(), number % 2 == 0 ? e2e::desktop : e2e::iphone);
  device.time_limit(12s);
  auto& who = accounts_[number];
  device.log_in_as(who.token);
  clock::time_point unsure_since{};
  while (!stopping_) {
    buy(device, who, luck, unsure_since);
    rest(std::chrono::milliseconds{luck() % 200});
    if (ask(device, "cart", "GET", "/api/cart").status != 401) continue;
    const auto token = log_in(device, who.email, who.password);
    if (token.empty()) continue;
    who.token = token;
    device.log_in_as(token);
  }
}

// unsure_since: when a change of the cart, or an order, was last left without an answer. It may still come.
void customers::buy(e2e::browser& device, const e2e::account& who, random& luck,
                    clock::time_point& unsure_since) {
  auto choice = products_;
  std::ranges::shuffle(choice, luck);
  choice.resize(std::min<std::size_t>(choice.size(), 1 + luck() % 3));
  quantities wanted;
  const auto change = [&](const char* method, std::string_view path, std::optional<std::string_view> body) {
    const auto status = ask(device, "cart", method, std::string{path}, body).status;
    if (leaves_open(status)) unsure_since = clock::now();
    return status == 200;
  };
  if (!change("DELETE", "/api/cart", {})) return rest(100ms);
  for (const auto id : choice) {
    wanted[id] = 1 + static_cast<std::int64_t>(luck() % 3);
    const auto body =
        R"({"productId":)" + std::to_string(id) + R"(,"quantity":)" + std::to_string(wanted[id]) + "}";
    if (!change("POST", "/api/cart", body)) return rest(100ms);
  }
  const bool sure = clock::now() - unsure_since > late_within;
  auto bought = order_until_answered(device, who, std::move(wanted), luck);
  bought.cart_is_sure = sure;
  if (leaves_open(bought.tries.back().status)) unsure_since = clock::now();
  if (!bought.order_id().empty()) {
    if (one_in(luck, 3)) cancel(device, who, bought, luck);
    if (one_in(luck, 2)) look_at(device, bought, luck);
    if (one_in(luck, 20)) look_at_others(device, who.id);
  }
  const std::lock_guard lock(mutex_);
  record_.purchases.push_back(std::move(bought));
}

}  // namespace mercat::chaos
