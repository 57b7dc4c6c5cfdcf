#include "common/uuid.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

using mercat::uuid_v7;

BOOST_AUTO_TEST_CASE(an_id_is_canonical_version_7_text) {
  for (int i = 0; i < 1000; ++i) {
    const auto id = uuid_v7();
    BOOST_REQUIRE_EQUAL(id.size(), 36U);
    for (std::size_t at = 0; at < id.size(); ++at) {
      const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
      BOOST_REQUIRE(
          (dash ? id[at] == '-' : std::string("0123456789abcdef").find(id[at]) != std::string::npos));
    }
    BOOST_TEST(id[14] == '7');
    BOOST_TEST((id[19] == '8' || id[19] == '9' || id[19] == 'a' || id[19] == 'b'));
  }
}

BOOST_AUTO_TEST_CASE(ids_of_one_thread_ascend_also_within_a_millisecond) {
  auto last = uuid_v7();
  for (int i = 0; i < 100'000; ++i) {
    auto next = uuid_v7();
    BOOST_REQUIRE((last < next));
    last = std::move(next);
  }
}

BOOST_AUTO_TEST_CASE(an_id_starts_with_the_time) {
  const auto before = std::chrono::system_clock::now();
  std::string fresh;
  std::thread([&] { fresh = uuid_v7(); }).join();  // a thread without earlier ids
  const auto millis = std::stoull(fresh.substr(0, 8) + fresh.substr(9, 4), nullptr, 16);
  const auto expected = static_cast<unsigned long long>(
      std::chrono::duration_cast<std::chrono::milliseconds>(before.time_since_epoch()).count());
  BOOST_TEST(millis >= expected);
  BOOST_TEST(millis < expected + 60'000);
}

BOOST_AUTO_TEST_CASE(ids_of_several_threads_differ) {
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < 20'000; ++i) mine.push_back(uuid_v7());
    });
  }
  for (auto& each : threads) each.join();
  std::set<std::string> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  BOOST_TEST(all.size() == 80'000U);
}
