#include "customer/role_command.hpp"

#include "common/async/event_loop.hpp"
#include "common/async/wait_for.hpp"
#include "common/db/migration.hpp"
#include "common/rfc3339.hpp"
#include "customer/migrations.hpp"
#include "customer/revoking.hpp"
#include "customer/role_store.hpp"
#include "customer/sessions.hpp"
#include "customer/store.hpp"

#include <iostream>

namespace mercat::customer {

namespace {

constexpr std::chrono::seconds patience{10};  // nobody waits for it but who typed it

error nobody_has(const email_address& email) {
  return {fault::not_found, "customer-not-found", "No customer has the address " + email.spelling() + "."};
}

// The schema is brought up to date first, as at a start.
template <class Work>
auto in_transaction(const settings& configured, Work work) {
  log::logger logger{"customer", configured.process.replica, log::level::warning};
  metrics::registry metrics;
  async::event_loop loop{"role"};  // before the pool, whose threads post to it to their end
  auto options = configured.database;
  options.time_limit = patience;  // else a unit of work has the second of one that a request waits for
  db::pool database{options, logger, metrics};
  db::migrate(database, migrations(), std::chrono::seconds{30}, logger);
  return async::wait_for(
      loop, [&] { return database.transaction(async::deadline::in(patience), std::move(work)); });
}

}  // namespace

std::string told(const role_outcome& outcome) {
  const std::string who = outcome.who.email + " (customer " + std::to_string(outcome.who.id) + ")";
  const std::string now(name(outcome.who.role));
  if (!outcome.changed()) return who + " has the role " + now + " already: nothing was changed.\n";
  const std::string change =
      who + " has the role " + now + " now, and had " + std::string(name(outcome.before));
  if (outcome.who.role == role::user)
    return change + ". Every session has ended: the next request needs a log-in.\n";
  return change +
         ". Access tokens given before have ended: a refresh or a log-in gives one with the new role.\n"
         "The account was made at " +
         rfc3339(outcome.who.created_at) +
         ". Nobody has ever verified that its address belongs to who made it: ask them before you rely on "
         "it.\n";
}

role_outcome change_role(db::session& s, const role_change& wanted, std::chrono::seconds remembered) {
  const auto id = store::find_id(s, wanted.email);
  auto who = id ? store::lock(s, *id) : std::nullopt;
  if (!who) throw nobody_has(wanted.email);
  role_outcome outcome{std::move(*who), role::user};
  outcome.before = outcome.who.role;
  if (outcome.before == wanted.to) return outcome;
  outcome.who.role = wanted.to;
  store::set_role(s, outcome.who.id, wanted.to);
  // More rights need no new log-in. Fewer do: whoever lost them may not be the one who holds the device.
  const auto ended = wanted.to == role::user ? sessions::end_all(s, outcome.who.id)
                                             : sessions::end_access(s, outcome.who.id);
  revoke(s, ended, remembered, {});
  return outcome;
}

void grant_role(const settings& configured) {
  const auto& wanted = configured.change_role.value();
  const auto remembered = configured.revocations_remembered();
  const auto outcome = in_transaction(
      configured, [&wanted, remembered](db::session& s) { return change_role(s, wanted, remembered); });
  std::cout << told(outcome);
}

void list_staff(const settings& configured) {
  const auto found = in_transaction(configured, [](db::session& s) { return store::staff(s); });
  for (const auto& each : found)
    std::cout << name(each.role) << "  " << each.email << "  customer " << each.id << ", since "
              << rfc3339(each.created_at) << '\n';
  if (found.empty()) std::cout << "Nobody has a role beyond that of a customer.\n";
}

}  // namespace mercat::customer
