#include "products/generate.hpp"

#include "common/messaging/outbox_table.hpp"
#include "products/assortment.hpp"
#include "products/command_database.hpp"
#include "products/demo_product.hpp"
#include "products/store.hpp"

#include <iostream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace mercat::products {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::int64_t batch_size = 200;
constexpr std::int64_t most_events_waiting = 20'000;
constexpr std::int64_t look_every = 10;  // batches
constexpr auto look_again = 250ms;
constexpr auto patience = 60s;

// 12500 -> "12,500"
std::string grouped(std::int64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

// Says now and then how far it is.
class progress {
 public:
  explicit progress(std::int64_t all) : all_(all), interval_(::isatty(STDOUT_FILENO) != 0 ? 1s : 5s) {}

  // What was there before took no time and says nothing about the rest.
  void skipped(std::int64_t done) {
    from_ = done;
    began_ = clock::now();
  }
  void at(std::int64_t done) {
    const auto now = clock::now();
    if (now < said_ + interval_ || done == from_ || done == all_) return;
    said_ = now;
    const auto taken = std::chrono::duration<double>(now - began_).count();
    const auto left = taken / static_cast<double>(done - from_) * static_cast<double>(all_ - done);
    std::cout << grouped(done) << " of " << grouped(all_) << " products (" << done * 100 / all_
              << " %), about " << static_cast<std::int64_t>(left) + 1 << " s left" << std::endl;
  }

 private:
  std::int64_t all_;
  std::int64_t from_ = 0;
  std::chrono::seconds interval_;
  clock::time_point began_ = clock::now();
  clock::time_point said_ = began_;
};

std::int64_t events_waiting(command_database& database) {
  std::int64_t waiting = 0;
  database.transaction([&](db::session& s) { waiting = messaging::depth(s).events; });
  return waiting;
}

// Until there is room in the outbox. Throws when it does not shrink.
void wait_for_relay(command_database& database) {
  auto least = events_waiting(database);
  auto shrank = clock::now();
  for (auto waiting = least; waiting > most_events_waiting; waiting = events_waiting(database)) {
    if (waiting < least) {
      least = waiting;
      shrank = clock::now();
    }
    if (clock::now() - shrank > patience)
      throw std::runtime_error(grouped(waiting) +
                               " events wait to be sent and none left within 60 s: is products running, and "
                               "the broker? What was made stays; run this again to go on");
    std::this_thread::sleep_for(look_again);
  }
}

// How many of the products first … last were new.
std::int64_t make(command_database& database, std::int64_t first, std::int64_t last,
                  std::string_view currency) {
  std::vector<product> batch;
  std::vector<std::string> skus;
  for (auto number = first; number <= last; ++number) {
    batch.push_back(demo_product(number));
    skus.push_back(batch.back().sku);
  }
  std::int64_t made = 0;
  database.transaction([&](db::session& s) {
    const auto known = store::find_ids(s, skus);
    auto fresh = batch;
    std::erase_if(fresh, [&known](const product& item) { return known.contains(item.sku); });
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    for (auto& item : fresh) item.created_at = item.updated_at = now;
    store::insert(s, fresh);
    announce(s, fresh, currency);
    made = static_cast<std::int64_t>(fresh.size());
  });
  return made;
}

}  // namespace

void generate(const settings& configured) {
  const auto all = *configured.generate;
  command_database database{configured};
  progress told{all};
  std::int64_t made = 0;
  std::int64_t unseen = 0;  // made since the outbox was looked at
  for (std::int64_t first = 1; first <= all; first += batch_size) {
    const auto last = std::min(all, first + batch_size - 1);
    const auto fresh = make(database, first, last, configured.currency);
    made += fresh;
    unseen += fresh;
    if (fresh == 0) told.skipped(last);
    told.at(last);
    if (unseen < batch_size * look_every) continue;
    wait_for_relay(database);
    unseen = 0;
  }
  std::cout << grouped(all) << " products, " << grouped(made) << " of them new" << std::endl;
}

}  // namespace mercat::products
