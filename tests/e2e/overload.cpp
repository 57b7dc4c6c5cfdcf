// A products that hardly answers must not take the rest of the shop with it.
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

}  // namespace

BOOST_AUTO_TEST_CASE(a_thousand_connections_against_a_hung_products_leave_log_in_and_profile_working) {
  browser device(url());
  const auto customer = sign_up(device);
  const auto credentials =
      R"({"email":")" + customer.email + R"(","password":")" + customer.password + R"("})";
  device.log_in_as(customer.token);

  // 1,000 connections by 50 threads that each hold 20 browsers would need a loop of their own; a thread per
  // connection is simpler and cheap enough, because nearly all of them wait.
  std::atomic<bool> stopping{false};
  std::atomic<long> answers{0}, wrong{0};
  std::mutex mutex;
  std::string example;
  std::vector<std::thread> crowd;
  {
    const paused_service hung("products");
    for (int i = 0; i < 1000; ++i)
      crowd.emplace_back([&] {
        browser one(url());
        while (!stopping) {
          const auto received = one.get("/api/products?limit=5");
          ++answers;
          if (is_success_or_refusal(received)) continue;
          ++wrong;
          const std::lock_guard lock(mutex);
          example =
              std::to_string(received.status) + " " + received.failure + " " + received.body.substr(0, 300);
        }
      });
    const auto until = std::chrono::steady_clock::now() + (run_everything() ? 30s : 8s);
    long used = 0;
    while (std::chrono::steady_clock::now() < until) {
      const auto login = device.post("/api/login", credentials);
      const auto profile = device.get("/api/profile");
      BOOST_TEST(login.status == 200, "log-in: " << login.status << " " << login.failure << login.body);
      BOOST_TEST(profile.status == 200,
                 "profile: " << profile.status << " " << profile.failure << profile.body);
      ++used;
    }
    BOOST_TEST_MESSAGE(used << " log-ins and profiles while products hung");
  }
  BOOST_TEST(becomes_true([&] { return device.get("/api/products?limit=5").status == 200; }, 5s));
  stopping = true;
  for (auto& each : crowd) each.join();
  BOOST_TEST_MESSAGE(answers << " answers to the crowd, " << wrong << " neither 2xx nor 503/504 of ours");
  BOOST_TEST(wrong == 0, example);
  BOOST_TEST(answers > 1000);
}
