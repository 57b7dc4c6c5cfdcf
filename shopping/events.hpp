// The events shopping hears (docs/messages.md).
#pragma once

#include "common/messaging/consumer.hpp"

#include <map>
#include <string>

namespace mercat::shopping {

inline constexpr const char* event_queue = "shopping.events";

[[nodiscard]] std::map<std::string, messaging::event_handler> event_handlers();

}  // namespace mercat::shopping
