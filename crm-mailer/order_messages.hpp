// The events about orders (design section 6), and their mails.
#pragma once

#include "crm-mailer/delivery.hpp"
#include "crm-mailer/order_mail.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace mercat::crm_mailer {

// order.confirmed · order.refused · order.cancellation {orderId,customerId,email,items:[{name,quantity,price,
// lineTotal,…}],amount,currency,reason?}: one mail each, once. Without an email the customer is gone, and
// nothing is sent. read() throws error(fault::malformed): such an event goes to the dead letters.
struct order_moved {
  std::int64_t customer_id = 0;
  std::optional<std::string> email;
  order_summary order;
  [[nodiscard]] static order_moved read(const messaging::event& event);
};

// By type of event. The letterhead must outlive them.
[[nodiscard]] std::map<std::string, mail_reader> order_mail_readers(const letterhead& shop);

}  // namespace mercat::crm_mailer
