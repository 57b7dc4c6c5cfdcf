#include "customer/demo_customers.hpp"

#include "common/async/wait_for.hpp"
#include "common/console/progress.hpp"
#include "common/db/migration.hpp"
#include "customer/bulk_store.hpp"
#include "customer/demo_users.hpp"
#include "customer/migrations.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace mercat::customer {

namespace {

constexpr std::size_t batch_size = 500;
constexpr std::chrono::seconds batch_time{30};

constexpr auto first_names =
    std::to_array<const char*>({"Ada", "Zoë", "Jörg", "Noor", "李", "Søren", "Amélie", "Kofi", "Ines", "Yuki",
                                "Małgorzata", "Omar", "Priya", "Луиза", "Nia", "Eoin", "Chloé"});
constexpr auto last_names =
    std::to_array<const char*>({"Lovelace", "Okafor", "Nguyễn", "O'Brien", "Müller", "Silva", "Kowalska",
                                "Haddad", "Tanaka", "Åkesson", "Rossi", "García", "Devi"});
constexpr auto streets = std::to_array<const char*>(
    {"Market Street", "Lindenallee", "Rue de l'Église", "Calle Mayor", "Nygade", "Via Roma", "Harbour Road"});

struct place {
  const char* city;
  const char* state;
  const char* country;
};
constexpr auto places = std::to_array<place>({{"Berlin", nullptr, "DE"},
                                              {"Lyon", nullptr, "France"},
                                              {"Málaga", "Andalucía", "ES"},
                                              {"Aarhus", nullptr, "Denmark"},
                                              {"Torino", "Piemonte", "IT"},
                                              {"Cork", nullptr, "Ireland"}});

std::string digits(std::size_t number, std::size_t width) {
  const auto text = std::to_string(number);
  return std::string(width - std::min(width, text.size()), '0') + text;
}

std::string email_of(std::size_t number) {
  return "customer-" + digits(number, 6) + "@mercat.test";
}

postal_address address_of(std::size_t number) {
  const auto& there = places[number % places.size()];
  postal_address where;
  where.street = std::string(streets[number % streets.size()]) + " " + std::to_string(1 + number % 199);
  where.city = there.city;
  if (there.state != nullptr) where.state = there.state;
  where.postal_code = digits(10'000 + number * 37 % 90'000, 5);
  where.country = there.country;
  return where;
}

struct batch {
  std::size_t first;
  std::size_t last;
};

// In a transaction. How many of the batch are new.
std::size_t add(db::session& s, batch numbers, const std::string& hash) {
  const auto first_key = email_of(numbers.first);
  const auto last_key = email_of(numbers.last);
  const auto known = store::ids_between(s, first_key, last_key);
  std::vector<registration> accounts;
  std::vector<demo_customer> at_home;
  for (auto number = numbers.first; number <= numbers.last; ++number) {
    auto each = demo_customer_number(number);
    if (known.contains(each.email)) continue;
    accounts.push_back({email_address::parse(each.email), each.name, each.phone, hash, role::user});
    if (each.where) at_home.push_back(std::move(each));
  }
  store::insert_all(s, accounts);
  const auto ids = store::ids_between(s, first_key, last_key);
  std::vector<std::pair<std::int64_t, postal_address>> addresses;
  addresses.reserve(at_home.size());
  for (auto& each : at_home) addresses.emplace_back(ids.at(each.email), std::move(*each.where));
  store::add_addresses(s, addresses);
  return accounts.size();
}

async::task<std::size_t> add_all(db::pool& database, std::size_t count, const std::string& hash) {
  console::progress shown("customers", count);
  std::size_t added = 0;
  for (std::size_t first = 1; first <= count; first += batch_size) {
    const batch numbers{first, std::min(count, first + batch_size - 1)};
    const auto until = async::deadline::in(batch_time);
    added += co_await database.transaction(
        until, [numbers, &hash](db::session& s) { return add(s, numbers, hash); });
    shown.reached(numbers.last);
  }
  co_return added;
}

}  // namespace

demo_customer demo_customer_number(std::size_t number) {
  demo_customer made;
  made.email = email_of(number);
  made.name =
      std::string(first_names[number % first_names.size()]) + " " + last_names[number % last_names.size()];
  if (number % 4 != 0) made.phone = "+49 30 " + digits(number, 6);
  if (number % 3 == 0) made.where = address_of(number);
  return made;
}

void generate_demo_customers(const settings& configured) {
  log::logger logger{"customer", configured.process.replica, log::level::warning};
  metrics::registry metrics;
  auto patient = configured.database;
  patient.time_limit = batch_time;
  async::event_loop loop{"generate"};  // before the pool, whose threads post to it to their end
  db::pool database{patient, logger, metrics};
  db::migrate(database, migrations(), std::chrono::seconds{30}, logger);

  // One hash, with one salt, for all: the password is public, and hashing each would take 15 ms.
  const auto hash = hash_of_demo_password();
  const auto count = configured.generate.value();
  const auto added = async::wait_for(loop, [&] { return add_all(database, count, hash); });
  std::cout << console::grouped(count) << " customers, " << console::grouped(added) << " of them new\n";
}

}  // namespace mercat::customer
