// A products that hardly answers must not take the rest of the shop with it.
#include "tests/e2e/second_trial.hpp"
#include "tests/e2e/steady_load.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

// Stops the replicas of a service for as long as it lives: they accept connections and answer nothing.
class paused_service {
 public:
  explicit paused_service(const std::string& service) : paused_(replicas_of(service)) {
    for (const auto& each : paused_) ::kill(each.pid, SIGSTOP);
  }
  paused_service(const paused_service&) = delete;
  paused_service& operator=(const paused_service&) = delete;
  ~paused_service() {
    for (const auto& each : paused_) ::kill(each.pid, SIGCONT);
  }

 private:
  std::vector<replica> paused_;
};

// A 2xx, or "not now" said by us: never a 502, never silence.
bool is_success_or_refusal(const answer& received) {
  if (received.status >= 200 && received.status < 300) return true;
  if (received.status == 503) return !received.header("retry-after").empty() && !received.problem().empty();
  return received.status == 504 && !received.problem().empty();
}

// 1,000 connections that ask for products without pause, a thread for each: simple, and cheap enough, because
// nearly all of them wait.
class crowd {
 public:
  crowd() {
    for (int i = 0; i < 1000; ++i) threads_.emplace_back([this](const std::stop_token& over) { ask(over); });
  }
  void leave() {
    for (auto& each : threads_) each.request_stop();
    threads_.clear();
  }

  std::atomic<long> answers{0};
  std::atomic<long> wrong{0};  // neither a success nor a refusal
  std::string example;         // of these, the last; to be read when they have left

 private:
  void ask(const std::stop_token& over) {
    browser one(url());
    while (!over.stop_requested()) {
      const auto received = one.get("/api/products?limit=5");
      ++answers;
      if (is_success_or_refusal(received)) continue;
      ++wrong;
      const std::lock_guard lock(mutex_);
      example = std::to_string(received.status) + " " + received.failure + " " + received.body.substr(0, 300);
    }
  }

  std::mutex mutex_;
  std::vector<std::jthread> threads_;
};

// Logs in and looks at the profile for some time, which must succeed always.
void use_the_rest(browser& device, const account& customer, verdict& given) {
  const auto credentials =
      R"({"email":")" + customer.email + R"(","password":")" + customer.password + R"("})";
  const auto until = std::chrono::steady_clock::now() + (run_everything() ? 30s : 8s);
  long used = 0;
  while (std::chrono::steady_clock::now() < until) {
    const auto login = device.post("/api/login", credentials);
    const auto profile = device.get("/api/profile");
    for (const auto* each : {&login, &profile})
      given.require(each->status == 200, (each == &login ? "log-in: " : "profile: ") +
                                             std::to_string(each->status) + " " + each->failure + each->body);
    ++used;
  }
  BOOST_TEST_MESSAGE(used << " log-ins and profiles while products hung");
}

verdict overload(browser& device, const account& customer) {
  verdict given;
  crowd shoppers;
  {
    const paused_service hung("products");
    use_the_rest(device, customer, given);
  }
  given.require(becomes_true([&] { return device.get("/api/products?limit=5").status == 200; }, 8s),
                "products do not come back");
  shoppers.leave();
  BOOST_TEST_MESSAGE(shoppers.answers << " answers to the crowd, " << shoppers.wrong
                                      << " neither 2xx nor 503/504 of ours");
  BOOST_TEST(shoppers.wrong == 0, "answer to the crowd: " + shoppers.example);
  given.require(shoppers.answers > 1000, "few answers to the crowd");
  return given;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_thousand_connections_against_a_hung_products_leave_log_in_and_profile_working) {
  browser device(url());
  const auto customer = sign_up(device);
  device.log_in_as(customer.token);
  require_in_one_of_two([&] { return overload(device, customer); });
}
