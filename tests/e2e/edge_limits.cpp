// Production mode: HTTPS only, and limits per address. Each case comes from loopback addresses of its own,
// because the edge remembers what an address has used up.
#include "tests/e2e/shop.hpp"
#include "tests/e2e/slow_crowd.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

constexpr const char* trusted_proxy = "127.0.0.9";            // deploy/local/mercat_local/testing.py
constexpr std::string_view nobody = R"({"email":"nobody"})";  // refused before anything is hashed

// The plain listener is 363 ports below the one for TLS.
std::string plain_url() {
  const auto secure = url();
  return "http://127.0.0.1:" + std::to_string(std::stoi(secure.substr(secure.rfind(':') + 1)) - 363);
}

browser from(const char* address, const std::string& base = url()) {
  browser device(base);
  device.come_from(address);
  return device;
}

// The first refusal among so many tries; status 0 when there was none.
template <typename Try>
answer first_refusal(int tries, Try once) {
  for (int i = 0; i < tries; ++i) {
    auto received = once(i);
    if (received.status == 429) return received;
  }
  return {};
}

void check_refusal(const answer& received) {
  BOOST_TEST(received.status == 429);
  BOOST_TEST(received.problem() == "too-many-requests");
  BOOST_TEST(!received.header("retry-after").empty());
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_plain_port_sends_to_https_and_says_only_that_it_is_alive) {
  auto device = from("127.0.1.1", plain_url());
  const auto asked = device.post("/api/login?a=b", nobody);
  BOOST_TEST(asked.status == 308);
  BOOST_TEST(asked.header("location") == url() + "/api/login?a=b");
  BOOST_TEST(device.get("/").status == 308);
  BOOST_TEST(device.get("/status").status == 200);
  BOOST_TEST(device.get("/status").header("strict-transport-security").empty());
  BOOST_TEST(asked.header("strict-transport-security").empty());
}

BOOST_AUTO_TEST_CASE(every_answer_over_https_tells_browsers_to_stay_there) {
  auto device = from("127.0.1.1");
  for (const auto* path : {"/status", "/", "/nothing", "/api/products?limit=1", "/api/nothing", "/api/%00"})
    BOOST_TEST(device.get(path).header("strict-transport-security") == "max-age=31536000", path);
}

BOOST_AUTO_TEST_CASE(http_at_the_https_port_is_a_bad_request) {
  auto device = from("127.0.1.1", "http" + url().substr(5));
  const auto received = device.get("/api/products");
  BOOST_TEST(received.status == 400);
  BOOST_TEST(received.problem() == "bad-request");
}

BOOST_AUTO_TEST_CASE(there_are_no_demo_users) {
  auto device = from("127.0.1.2");
  for (const auto* name : {"admin", "user"})
    BOOST_TEST(device
                   .post("/api/login",
                         std::string(R"({"email":")") + name + R"(@mercat.test","password":"mercat-demo-1"})")
                   .status == 401);
}

BOOST_AUTO_TEST_CASE(tries_to_log_in_are_limited_for_their_address_and_for_nobody_else) {
  for (const auto* path : {"/api/login", "/api/signup", "/api/%6Cogin", "/api/password/forgot"}) {
    // An address for each, or the one before would have used everything up.
    static int last = 9;
    const auto address = "127.0.1." + std::to_string(++last);
    auto device = from(address.c_str());
    BOOST_TEST_CONTEXT(path) {
      check_refusal(first_refusal(40, [&](int) { return device.post(path, nobody); }));
      BOOST_TEST(device.get("/api/products?limit=1").status == 200);
    }
  }
  BOOST_TEST(from("127.0.1.20").post("/api/login", nobody).status == 400);
}

BOOST_AUTO_TEST_CASE(refreshes_are_limited_apart_from_log_ins) {
  auto device = from("127.0.1.21");
  check_refusal(first_refusal(60, [&](int) { return device.post("/api/token/refresh", "{}"); }));
  BOOST_TEST(device.post("/api/login", nobody).status == 400);
}

BOOST_AUTO_TEST_CASE(requests_of_any_kind_are_limited) {
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  answer refused;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 4; ++i)
    crowd.emplace_back([&] {
      auto device = from("127.0.1.22");
      auto found = first_refusal(500, [&](int) { return stopping ? answer{} : device.get("/images/none"); });
      if (found.status == 0) return;
      stopping = true;
      const std::lock_guard lock(mutex);
      refused = std::move(found);
    });
  for (auto& each : crowd) each.join();
  check_refusal(refused);
  BOOST_TEST(from("127.0.1.23").get("/images/none").status == 404);
}

BOOST_AUTO_TEST_CASE(an_ipv6_network_of_64_bits_counts_as_one_client) {
  auto device = from(trusted_proxy);
  check_refusal(first_refusal(40, [&](int i) {
    device.header("X-Forwarded-For", "2001:db8:1:1::" + std::to_string(i + 1));
    return device.post("/api/login", nobody);
  }));
  device.header("X-Forwarded-For", "2001:db8:1:2::1");
  BOOST_TEST(device.post("/api/login", nobody).status == 400);
}

BOOST_AUTO_TEST_CASE(who_is_no_proxy_of_ours_cannot_say_who_the_client_is) {
  auto device = from("127.0.1.24");
  check_refusal(first_refusal(40, [&](int i) {
    device.header("X-Forwarded-For", "192.0.2." + std::to_string(i + 1));
    return device.post("/api/login", nobody);
  }));
}

BOOST_AUTO_TEST_CASE(a_wrong_setting_is_refused_before_anything_is_touched) {
  struct setting {
    const char* name;
    const char* value;
  };
  const auto before = replicas();
  for (const auto& each :
       {setting{"MERCAT_CORS_ORIGINS", "*"}, setting{"MERCAT_CORS_ORIGINS", "http://shop.example"},
        setting{"MERCAT_EDGE_LOGIN_RATE", "0r/s"}, setting{"MERCAT_EDGE_LOGIN_RATES", "1r/s"},
        setting{"MERCAT_TLS_KEY", "/etc/hostname"}, setting{"MERCAT_MODE", "test"}}) {
    ::setenv(each.name, each.value, 1);  // NOLINT(concurrency-mt-unsafe): there is one thread
    const int code = command("up");
    ::unsetenv(each.name);  // NOLINT(concurrency-mt-unsafe)
    BOOST_TEST(code != 0, each.name << "=" << each.value);
  }
  const auto after = replicas();
  BOOST_REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i) BOOST_TEST(after[i].pid == before[i].pid, after[i].name);
}

BOOST_AUTO_TEST_CASE(slow_bodies_use_up_the_connections_of_their_own_address_only) {
  const slow_crowd crowd(url(), "127.0.1.25", 200);  // half of them in their bodies: more than the 64 allowed
  auto device = from("127.0.1.25");
  answer received;
  BOOST_TEST(becomes_true(
      [&] {
        received = device.get("/api/products?limit=1");
        return received.status == 429;
      },
      20s));
  check_refusal(received);
  BOOST_TEST(from("127.0.1.26").get("/api/products?limit=1").status == 200);
}

BOOST_AUTO_TEST_CASE(headers_that_do_not_come_to_an_end_are_ended) {
  const slow_crowd one(url(), "127.0.1.27", 1);
  BOOST_TEST(becomes_true([&] { return one.closed() > 0; }, 20s));  // 5 s; nginx's own default is 60 s
}
