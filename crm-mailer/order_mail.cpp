#include "crm-mailer/order_mail.hpp"

#include "crm-mailer/mail_template.hpp"
#include "crm-mailer/templates.hpp"

#include <utility>

namespace mercat::crm_mailer {

namespace {

struct form {
  std::string_view subject;
  std::string_view text;
  std::string_view html;
};

form form_of(order_news news) noexcept {
  switch (news) {
    case order_news::confirmed:
      return {"Your order at Mercat is confirmed", templates::order_confirmed_txt,
              templates::order_confirmed_html};
    case order_news::refused:
      return {"We could not accept your order at Mercat", templates::order_refused_txt,
              templates::order_refused_html};
    case order_news::cancelled:
      break;
  }
  return {"Your order at Mercat is cancelled", templates::order_cancellation_txt,
          templates::order_cancellation_html};
}

template_rows rows_of(const order_summary& order) {
  std::vector<template_values> items;
  for (const auto& each : order.items)
    items.push_back({{"name", each.name},
                     {"quantity", std::to_string(each.quantity)},
                     {"price", amount_text(each.price, order.currency)},
                     {"lineTotal", amount_text(each.total, order.currency)}});
  return {{"items", std::move(items)}};
}

}  // namespace

std::string amount_text(money amount, std::string_view currency) {
  // Through the unsigned type, because the least amount has no positive counterpart.
  const bool negative = amount.minor_units < 0;
  const auto units = static_cast<std::uint64_t>(amount.minor_units);
  const auto cents = negative ? 0 - units : units;
  auto whole = std::to_string(cents / 100);
  for (auto at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, 1, ',');
  const auto rest = cents % 100;
  std::string text = negative ? "-" : "";
  text += whole + (rest < 10 ? ".0" : ".") + std::to_string(rest);
  return text.append(" ").append(currency);
}

std::string_view in_plain_words(order_news news, std::string_view reason) noexcept {
  switch (news) {
    case order_news::confirmed:
      return "Everything you ordered is set aside for you.";
    case order_news::refused:
      if (reason == "out-of-stock") return "There is not enough left of what you ordered.";
      if (reason == "items-unavailable") return "Something you ordered is not for sale any more.";
      return "It cannot be fulfilled.";
    case order_news::cancelled:
      break;
  }
  if (reason == "customer") return "It was cancelled as you asked.";
  if (reason == "timeout") return "We could not confirm it in time, so we cancelled it.";
  return "It will not be delivered.";
}

mail order_mail(order_news news, const order_summary& order, std::string_view to, const letterhead& shop,
                std::string_view event_id, std::chrono::sys_seconds now) {
  const template_values values{
      {"orderId", order.order_id},
      {"reason", std::string{in_plain_words(news, order.reason)}},
      {"amount", amount_text(order.amount, order.currency)},
      {"shopUrl", shop.shop_url},
  };
  const auto rows = rows_of(order);
  const auto as = form_of(news);
  mail letter;
  letter.from = shop.from;
  letter.to = to;
  letter.message_id = std::string(event_id) + '@' + shop.domain;
  letter.subject = as.subject;
  letter.text = render_text(as.text, values, rows);
  letter.html = render_html(as.html, values, rows);
  letter.date = now;
  return letter;
}

}  // namespace mercat::crm_mailer
