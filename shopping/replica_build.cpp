#include "shopping/replica_build.hpp"

#include "common/error.hpp"
#include "common/uuid.hpp"

namespace mercat::shopping {

namespace {

constexpr std::int64_t page_size = 200;  // well under a unit of work's time limit
constexpr std::int64_t removed_at_once = 1000;
constexpr std::chrono::seconds lease{30};
constexpr int most_held_back = 100;

void require_hold(db::session& s, const std::string& holder) {
  if (!store::hold_build(s, holder, lease))
    throw error(fault::unavailable, "replica-build-lost", "another build of the replica has begun");
}

}  // namespace

replica_build::replica_build(db::pool& database, product_offers& offers)
    : database_(database), offers_(offers), holder_(uuid_v7()) {}

async::task<build_state> replica_build::step(async::deadline until) {
  const auto asked = co_await database_.transaction(until, [&](db::session& s) {
    std::optional<db::sql_time> now;
    if (store::hold_build(s, holder_, lease)) now = store::now(s);
    return now;
  });
  if (!asked) {
    begin_anew();
    co_return build_state::busy;
  }
  if (!began_) {
    began_ = asked;
    counts_ = {};
  }
  const store::build_times times{*began_, *asked};

  const auto page = co_await offers_.export_page(after_, page_size, until);
  const bool again = co_await database_.transaction(until, [&](db::session& s) {
    require_hold(s, holder_);
    store::apply_page(s, page, times);
    return store::held_back(s, page, times);
  });
  if (again) {
    if (++held_back_ > most_held_back)
      throw error(fault::unavailable, "replica-changes-too-fast", "a page of the replica does not settle");
    co_return build_state::going_on;
  }
  held_back_ = 0;
  counts_.removed += co_await remove_unknown(page, times, until);
  counts_.products += page.products.size();
  counts_.deleted += page.deleted.size();
  if (page.next) {
    after_ = *page.next;
    co_return build_state::going_on;
  }
  co_await database_.transaction(until, [&](db::session& s) { store::finish_build(s, holder_); });
  begin_anew();
  co_return build_state::finished;
}

async::task<std::uint64_t> replica_build::remove_unknown(const replica_page& page,
                                                         const store::build_times& times,
                                                         async::deadline until) {
  std::uint64_t removed = 0;
  for (;;) {
    const auto now = co_await database_.transaction(until, [&](db::session& s) {
      require_hold(s, holder_);
      return store::remove_unknown(s, page, times, removed_at_once);
    });
    removed += now;
    if (now < static_cast<std::uint64_t>(removed_at_once)) co_return removed;
  }
}

async::task<void> replica_build::give_up(async::deadline until) {
  co_await database_.transaction(until, [&](db::session& s) { store::release_build(s, holder_); });
}

void replica_build::begin_anew() {
  began_.reset();
  after_ = 0;
  held_back_ = 0;
}

}  // namespace mercat::shopping
