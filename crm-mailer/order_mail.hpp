// The mails about an order: what became of it, with its lines and its amount. No I/O in here.
//
// Names of products are text from elsewhere: they are escaped in HTML, and in the text part each ends its
// line, so that right-to-left marks in a name disorder no number of ours.
#pragma once

#include "common/money.hpp"
#include "crm-mailer/mail.hpp"
#include "crm-mailer/welcome.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::crm_mailer {

enum class order_news { confirmed, refused, cancelled };

struct ordered_item {
  std::string name;
  std::int64_t quantity = 0;
  money price;  // of one
  money total;
};

struct order_summary {
  std::string order_id;
  std::vector<ordered_item> items;
  money amount;
  std::string currency;  // ISO 4217
  std::string reason;    // a slug; may be empty
};

// 1234567 of EUR: "12,345.67 EUR".
[[nodiscard]] std::string amount_text(money amount, std::string_view currency);

// Why, in a sentence for the customer; a reason that is not known gets one that is always true.
[[nodiscard]] std::string_view in_plain_words(order_news news, std::string_view reason) noexcept;

[[nodiscard]] mail order_mail(order_news news, const order_summary& order, std::string_view to,
                              const letterhead& shop, std::string_view event_id,
                              std::chrono::sys_seconds now);

}  // namespace mercat::crm_mailer
