#include "products/generate.hpp"

#include "common/console/progress.hpp"
#include "common/messaging/outbox_table.hpp"
#include "common/utc_now.hpp"
#include "products/assortment.hpp"
#include "products/command_database.hpp"
#include "products/demo_product.hpp"
#include "products/store.hpp"

#include <iostream>
#include <stdexcept>
#include <thread>

namespace mercat::products {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::int64_t batch_size = 200;
constexpr std::int64_t most_events_waiting = 20'000;
constexpr std::int64_t look_every = 10;  // batches
constexpr auto look_again = 250ms;
constexpr auto patience = 60s;

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
      throw std::runtime_error(console::grouped(static_cast<std::size_t>(waiting)) +
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
    const auto now = utc_now();
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
  const auto total = static_cast<std::size_t>(all);
  console::progress told{"products", total};
  std::int64_t made = 0;
  std::int64_t unseen = 0;  // made since the outbox was looked at
  for (std::int64_t first = 1; first <= all; first += batch_size) {
    const auto last = std::min(all, first + batch_size - 1);
    const auto fresh = make(database, first, last, configured.currency);
    made += fresh;
    unseen += fresh;
    if (made == 0) told.skipped(static_cast<std::size_t>(last));
    told.reached(static_cast<std::size_t>(last));
    if (unseen < batch_size * look_every) continue;
    wait_for_relay(database);
    unseen = 0;
  }
  std::cout << console::grouped(total) << " products, " << console::grouped(static_cast<std::size_t>(made))
            << " of them new" << std::endl;
}

}  // namespace mercat::products
