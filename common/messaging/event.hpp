// event: something that happened, as it travels in mercat.events (design section 6).
#pragma once

#include <string>

namespace mercat::messaging {

struct event {
  std::string id;           // UUIDv7: message_id, what the inbox remembers
  std::string type;         // = routing key: "customer.signed-up"
  std::string data;         // JSON object
  std::string traceparent;  // may be empty
};

}  // namespace mercat::messaging
