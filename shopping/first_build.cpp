#include "shopping/first_build.hpp"

#include "common/error.hpp"

namespace mercat::shopping {

namespace {

constexpr std::chrono::seconds between_tries{1};
constexpr std::chrono::seconds step_limit{5};

}  // namespace

first_build::first_build(db::pool& database, product_offers& offers, async::event_loop& loop,
                         log::logger& logger)
    : database_(database), loop_(loop), logger_(logger), build_(database, offers) {
  timer_ = loop.every(between_tries, [this] { look(); });
}

first_build::~first_build() {
  stop();
  timer_.reset();
  running_.wait(true);
  loop_.run_and_wait([] {});  // what said so has ended too
}

void first_build::look() {
  if (stopping_.load() || done_.load() || running_.exchange(true)) return;
  async::spawn(run(), [this](std::exception_ptr) {
    running_.store(false);
    running_.notify_all();
  });
}

async::task<void> first_build::run() {
  try {
    const bool built = co_await database_.read(async::deadline::in(step_limit),
                                               [](db::session& s) { return store::was_built(s); });
    if (built) {
      done_.store(true);
      co_return;
    }
    auto state = build_state::going_on;
    while (state == build_state::going_on && !stopping_.load())
      state = co_await build_.step(async::deadline::in(step_limit));
    if (state != build_state::finished) co_return;
    done_.store(true);
    const auto& counts = build_.counts();
    logger_.info("the product replica is built", {{"products", static_cast<std::int64_t>(counts.products)},
                                                  {"deleted", static_cast<std::int64_t>(counts.deleted)}});
  } catch (const std::exception& cause) {
    if (!std::exchange(told_, true))
      logger_.warning("the product replica cannot be built yet; trying on", {{"reason", cause.what()}});
  }
}

}  // namespace mercat::shopping
