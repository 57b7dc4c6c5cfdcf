#include "customer/demo_users.hpp"

#include "common/async/event_loop.hpp"
#include "common/async/wait_for.hpp"
#include "common/db/migration.hpp"
#include "customer/migrations.hpp"
#include "customer/store.hpp"

#include <iostream>

namespace mercat::customer {

namespace {

constexpr auto demo_password = "mercat-demo-1";

struct demo_user {
  std::string_view email;
  std::string_view name;
  customer::role role;
};
constexpr demo_user demo_users[] = {{"admin@mercat.test", "Demo Admin", role::admin},
                                    {"user@mercat.test", "Demo User", role::user}};

}  // namespace

std::string hash_of_demo_password() {
  async::event_loop loop{"seed"};
  auth::password_hasher hasher;
  return async::wait_for(
      loop, [&] { return hasher.hash(demo_password, async::deadline::in(std::chrono::seconds{10})); });
}

void seed_demo_users(const settings& configured) {
  log::logger logger{"customer", configured.process.replica, log::level::warning};
  metrics::registry metrics;
  db::pool database{configured.database, logger, metrics};
  db::migrate(database, migrations(), std::chrono::seconds{30}, logger);

  std::size_t added = 0;
  database.run_blocking([&](db::session& s) {
    for (const auto& each : demo_users) {
      const auto email = email_address::parse(each.email);
      if (store::find_credentials(s, email)) continue;
      static_cast<void>(store::insert(
          s, {email, std::string(each.name), std::nullopt, hash_of_demo_password(), each.role}));
      ++added;
    }
  });
  std::cout << std::size(demo_users) << " demo users, " << added << " of them new\n";
}

}  // namespace mercat::customer
