// Events, as consumers get them: a type in the first line, its data in the rest. What products and shopping
// hear goes through their handlers, with a database that only looks at what it is told; of the mailer's the
// mails are composed in another target.
#include "common/messaging/revocation_text.hpp"
#include "crm-mailer/messages.hpp"
#include "crm-mailer/order_messages.hpp"
#include "products/events.hpp"
#include "shopping/events.hpp"
#include "tests/fuzz/promise.hpp"
#include "tests/fuzz/recording_session.hpp"

namespace mercat::fuzz {

namespace {

constexpr const char* event_id = "018cc251-f400-7000-8000-000000000000";
constexpr const char* trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

void handled(const std::map<std::string, messaging::event_handler>& handlers, const messaging::event& event) {
  // Of an order that is open, of products for sale.
  static recording_session database({
      {"SELECT status FROM order_decision", {std::string("OPEN")}},
      {"SELECT available FROM product", {std::int64_t{1}}},
      {"SELECT on_hand, stock_version FROM stock", {std::int64_t{100}, std::int64_t{3}}},
      {"SELECT customer_id, after_order, after_key FROM order_erasure",
       {std::int64_t{7}, std::string(), std::string()}},
      {"SELECT o.customer_id, o.status, o.amount, o.currency, ",
       {std::int64_t{7}, std::string("PENDING"), std::int64_t{650}, std::string("EUR"), nullptr,
        std::int64_t{1}}},
  });
  const auto found = handlers.find(event.type);
  if (found == handlers.end()) return;
  (void)unless_refused([&] {
    found->second.apply(database, event);
    return true;
  });
}

void decided(const messaging::event& event) {
  const auto created = unless_refused([&] { return products::order_created::read(event); });
  if (!created) return;
  promise(products::is_order_id(created->order.id) && !created->order.lines.empty(),
          "an order has an id and lines");
  products::product_id last = 0;
  for (const auto& line : created->order.lines) {
    promise(line.product_id > last && line.quantity > 0,
            "lines are of ascending products, each with a quantity");
    last = line.product_id;
  }
}

void mailed(const messaging::event& event) {
  using namespace crm_mailer;
  const auto signed_up_now = unless_refused([&] { return signed_up::read(event); });
  promise(!signed_up_now || signed_up_now->customer_id > 0, "a customer's id is positive");
  const auto deleted_now = unless_refused([&] { return deleted::read(event); });
  promise(!signed_up_now || deleted_now, "whoever signed up can be deleted");
  const auto forgotten = unless_refused([&] { return password_forgotten::read(event); });
  promise(!forgotten || forgotten->who.token.find_first_of("\r\n <>\"&") == std::string::npos,
          "a token can stand in a link");
  const auto moved = unless_refused([&] { return order_moved::read(event); });
  if (!moved) return;
  promise(!moved->order.items.empty() && moved->order.currency.size() == 3,
          "an order has items and a currency");
  for (const auto& item : moved->order.items) promise(item.quantity > 0, "a quantity is positive");
}

void revoked(std::string_view data) {
  auth::revocations known(std::chrono::hours{1});
  (void)unless_refused([&] {
    messaging::note_revocations(data, known);
    return true;
  });
  auth::revocations one(std::chrono::hours{1});
  const bool noted = unless_refused([&] {
                       messaging::note_revocation(data, one);
                       return true;
                     }).has_value();
  promise(one.size() <= (noted ? 1U : 0U), "what is refused is not noted");
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat;
  static const auto of_products = products::event_handlers();
  static const auto of_shopping = shopping::event_handlers();
  fuzz::input from(data, size);
  messaging::event event{fuzz::event_id, std::string(from.field()), {}, fuzz::trace};
  event.data = from.rest();
  fuzz::handled(of_products, event);
  fuzz::handled(of_shopping, event);
  if (event.type == "order.created") fuzz::decided(event);
  fuzz::mailed(event);
  fuzz::revoked(event.data);
  return 0;
}
