#include "crm-mailer/order_messages.hpp"

#include "common/error.hpp"
#include "common/json/document.hpp"

#include <algorithm>
#include <string_view>

namespace mercat::crm_mailer {

namespace {

constexpr std::size_t most_items = 1000;

error unreadable(const std::string& what) {
  return {fault::malformed, "unreadable-event", "the event has no " + what};
}

money required_amount(const json::value& data, std::string_view name) {
  const auto* number = json::member(data, name);
  const auto units = number != nullptr ? json::minor_units(*number) : std::nullopt;
  if (!units) throw unreadable(std::string(name));
  return {*units};
}

ordered_item item_in(const json::value& data) {
  if (!data.IsObject()) throw unreadable("item");
  const auto quantity = json::integer(data, "quantity");
  if (!quantity || *quantity < 1) throw unreadable("quantity");
  return {text_in(data, "name"), *quantity, required_amount(data, "price"),
          required_amount(data, "lineTotal")};
}

std::vector<ordered_item> items_in(const json::value& data) {
  const auto* list = json::member(data, "items");
  if (list == nullptr || !list->IsArray() || list->Empty() || list->Size() > most_items)
    throw unreadable("items");
  std::vector<ordered_item> items;
  for (const auto& each : list->GetArray()) items.push_back(item_in(each));
  return items;
}

std::string currency_in(const json::value& data) {
  auto code = text_in(data, "currency");
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (code.size() != 3 || !std::ranges::all_of(code, is_capital)) throw unreadable("currency");
  return code;
}

mail_reader reader_of(order_news news, const std::string& kind, const letterhead& shop) {
  return [news, kind, &shop](const messaging::event& event) {
    auto read = order_moved::read(event);
    delivery wanted;
    wanted.customer_id = read.customer_id;
    wanted.kind = kind;
    wanted.due = read.email.has_value();
    wanted.write = [news, moved = std::move(read), &shop](const messaging::event& of,
                                                          std::chrono::sys_seconds now) {
      return order_mail(news, moved.order, moved.email.value(), shop, of.id, now);
    };
    return wanted;
  };
}

}  // namespace

order_moved order_moved::read(const messaging::event& event) {
  const auto data = object_in(event);
  const auto& root = data.root();
  order_moved moved;
  moved.customer_id = customer_id_in(root);
  if (const auto email = json::text(root, "email")) moved.email = std::string(*email);
  moved.order.order_id = text_in(root, "orderId");
  moved.order.items = items_in(root);
  moved.order.amount = required_amount(root, "amount");
  moved.order.currency = currency_in(root);
  moved.order.reason = json::text(root, "reason").value_or("");
  return moved;
}

std::map<std::string, mail_reader> order_mail_readers(const letterhead& shop) {
  return {{"order.confirmed", reader_of(order_news::confirmed, "order-confirmed", shop)},
          {"order.refused", reader_of(order_news::refused, "order-refused", shop)},
          {"order.cancellation", reader_of(order_news::cancelled, "order-cancellation", shop)}};
}

}  // namespace mercat::crm_mailer
