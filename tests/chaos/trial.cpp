#include "tests/chaos/trial.hpp"

#include "tests/chaos/gather.hpp"
#include "tests/chaos/report.hpp"
#include "tests/support/memory.hpp"

#include <cstdio>
#include <cstdlib>
#include <random>

namespace mercat::chaos {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr auto quiet_within = 180s;  // an order may be PENDING for 60 s of broker-connected time
constexpr auto quiet_for = 6s;       // the management API counts every 5 s
constexpr auto look_every = 15s;

milliseconds since(clock::time_point then) {
  return std::chrono::duration_cast<milliseconds>(clock::now() - then);
}

}  // namespace

trial::trial(stage& where, trial_options options)
    : where_(where), options_(std::move(options)), luck_(options_.seed), who_(options_.size, options_.seed) {
  std::printf("%s: seed %llu\n", options_.name.c_str(), static_cast<unsigned long long>(options_.seed));
  std::fflush(stdout);
}

void trial::warm_up() {
  began_ = clock::now();
  who_.start();
  const auto shopped = [this] {
    long count = 0;
    for (const auto& [_, times] : who_.answers()) count += times;
    return count > 200;
  };
  if (!e2e::becomes_true(shopped, 60s)) throw std::runtime_error("nobody could shop before the first fault");
  look_at_memory();
}

void trial::strike(const fault& what) {
  strike(what, std::mt19937_64{luck_()});
}

void trial::strike(const fault& what, std::mt19937_64 luck) {
  bool done = true;
  try {
    what.strike(scene_, luck);
  } catch (const std::exception& failure) {
    done = false;
    std::printf("  %s: %s\n", what.name.c_str(), failure.what());
  }
  const std::lock_guard lock(mutex_);
  ++(done ? faults_ : failed_faults_)[what.name];
}

void trial::note(const std::string& what, std::size_t times) {
  const std::lock_guard lock(mutex_);
  done_[what] += static_cast<long>(times);
}

void trial::strike_at_random(milliseconds time) {
  const auto until = clock::now() + time;
  const auto first = luck_();
  const auto second = luck_();
  std::thread processes([&] { run_lane(lane::processes, first, until); });
  std::thread network([&] { run_lane(lane::network, second, until); });
  while (clock::now() < until) {
    time_.wait(
        std::min<milliseconds>(look_every, std::chrono::duration_cast<milliseconds>(until - clock::now())));
    look_at_memory();
  }
  processes.join();
  network.join();
}

// All faults of a lane in an order of its own, then again in another: none is left out in a short run.
void trial::run_lane(lane which, std::uint64_t seed, clock::time_point until) {
  std::mt19937_64 luck{seed};
  std::vector<const fault*> order;
  for (const auto& each : all_faults())
    if (each.where == which) order.push_back(&each);
  while (clock::now() < until) {
    std::ranges::shuffle(order, luck);
    for (const auto* each : order) {
      const auto gap = milliseconds{200 + static_cast<long>(luck() % 2000)};
      std::mt19937_64 own{luck()};
      time_.wait(gap);
      if (clock::now() >= until) return;
      strike(*each, own);
    }
  }
}

// The first sight of a process is its warm one: it has served since it was started, and its load is the same.
void trial::look_at_memory() {
  if (!test::memory_tells) return;
  for (const auto& each : e2e::replicas()) {
    std::int64_t kib = 0;
    try {
      kib = test::resident_kib(each.pid);
    } catch (const std::exception&) {
      continue;
    }
    const auto [found, fresh] = memory_.try_emplace(each.pid, remembered{each.name, kib, kib});
    found->second.last_kib = kib;
  }
}

std::string trial::wait_for_quiet() {
  test::broker broker = test::broker::of_vhost("mercat");
  std::string left = "nothing was looked at";
  auto quiet_since = clock::now();
  const auto is_quiet = [&] {
    try {
      left = unrest(broker);
    } catch (const std::exception& failure) {
      left = failure.what();
    }
    if (!left.empty()) quiet_since = clock::now();
    return clock::now() - quiet_since > quiet_for;
  };
  const auto stopped = clock::now();
  const bool calm = e2e::becomes_true(is_quiet, quiet_within);
  until_quiet_ = std::chrono::duration_cast<milliseconds>(quiet_since - stopped);
  return calm ? "" : left;
}

std::int64_t trial::finish() {
  where_.heal();
  events_.make_good();
  who_.stop();
  loaded_ = since(began_);
  const auto left = wait_for_quiet();
  test::broker broker = test::broker::of_vhost("mercat");
  auto told = who_.so_far();
  // Nothing else makes the mailer forget what it is at: without its database it waits, with the mail sent.
  const auto killed = faults_.find("kill -9 crm-mailer");
  if (killed != faults_.end()) told.interruptions = killed->second;
  auto there = gather(told, broker);
  there.dead_letters = take_dead_letters(broker);
  look_at_memory();
  for (const auto& [pid, each] : memory_)
    there.memory.push_back({each.name + " (" + std::to_string(pid) + ")", each.warm_kib, each.last_kib});
  auto verdicts = judge(told, there);
  if (!left.empty()) verdicts.push_back({"quiet within 180 s", 1, {left}});
  report_of_trial report{options_.name, options_.seed, loaded_,        until_quiet_, who_.answers(),
                         faults_,       done_,         failed_faults_, verdicts,     options_.brief};
  publish(to_text(report, told, there));
  return count_violations(verdicts);
}

std::uint64_t seed_of_run() {
  const char* given = std::getenv("MERCAT_CHAOS_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

double minutes_of_run() {
  const char* given = std::getenv("MERCAT_CHAOS_MINUTES");
  return given != nullptr ? std::strtod(given, nullptr) : 2;
}

}  // namespace mercat::chaos
