#include "customer/directory.hpp"

#include "customer/store.hpp"

#include <utility>

namespace mercat::customer {

namespace {

error customer_not_found() {
  return {fault::not_found, "customer-not-found", "there is no such customer"};
}

bool is_admin(const auth::identity& asker) {
  return asker.role == name(role::admin);
}

customer_profile require(db::session& s, const auth::identity& asker, std::int64_t id) {
  auto found = store::find_profile(s, id);
  if (found) return std::move(*found);
  if (id == asker.customer_id) throw account_gone();
  throw customer_not_found();
}

// Whose address it is, as far as the asker may know.
std::optional<std::int64_t> owner(db::session& s, const auth::identity& asker, const account& own,
                                  const email_address& email) {
  if (is_admin(asker)) return store::find_id(s, email);
  const auto known = email_address::try_parse(own.email);
  if (known && known->key() == email.key()) return asker.customer_id;
  return std::nullopt;
}

}  // namespace

async::task<customer_profile> directory::find(auth::identity asker, std::int64_t id, async::deadline until) {
  co_return co_await database_.read(until, [&asker, id](db::session& s) {
    if (!store::exists(s, asker.customer_id)) throw account_gone();
    if (id != asker.customer_id && !is_admin(asker)) throw customer_not_found();
    return require(s, asker, id);
  });
}

async::task<customer_profile> directory::find(auth::identity asker, std::optional<email_address> email,
                                              async::deadline until) {
  co_return co_await database_.read(until, [&asker, &email](db::session& s) {
    const auto own = store::find(s, asker.customer_id);
    if (!own) throw account_gone();
    if (!email) throw customer_not_found();
    const auto id = owner(s, asker, *own, *email);
    if (!id) throw customer_not_found();
    return require(s, asker, *id);
  });
}

}  // namespace mercat::customer
