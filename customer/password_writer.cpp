#include "customer/password_writer.hpp"

#include "common/utc_now.hpp"
#include "customer/reset_token_store.hpp"
#include "customer/revoking.hpp"
#include "customer/sessions.hpp"
#include "customer/store.hpp"

#include <exception>
#include <utility>

namespace mercat::customer {

password_writer::password_writer(db::pool& database, std::chrono::seconds remembered,
                                 std::function<void()> events_committed)
    : database_(database), remembered_(remembered), events_committed_(std::move(events_committed)) {}

void password_writer::write_in(db::session& s, const new_password& wanted) const {
  const auto id = wanted.customer_id;
  store::set_password(s, id, wanted.hash);
  store::end_reset_tokens(s, id, utc_now());
  revoke(s, sessions::end_all(s, id), remembered_, wanted.traceparent);
}

async::task<void> password_writer::write(new_password wanted, std::function<void(db::session&)> permit,
                                         async::deadline until) const {
  std::exception_ptr unknown_outcome;
  try {
    co_await database_.transaction(until, [this, &wanted, &permit](db::session& s) {
      permit(s);
      write_in(s, wanted);
    });
  } catch (const db::commit_unknown&) {
    unknown_outcome = std::current_exception();
  }
  if (unknown_outcome) {
    const auto id = wanted.customer_id;
    const auto found =
        co_await database_.read(until, [id](db::session& s) { return store::find_credentials(s, id); });
    if (!found || found->password_hash != wanted.hash) std::rethrow_exception(unknown_outcome);
  }
  events_committed_();
}

}  // namespace mercat::customer
