// publisher: events with confirms. An event counts as sent only when the broker confirmed it and did not
// return it.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/messaging/event.hpp"

#include <functional>
#include <memory>
#include <string>

namespace mercat::amqp {

enum class sent { confirmed, returned, refused, unavailable };  // refused: basic.nack

class publisher {
 public:
  publisher(connection& broker, std::string exchange, std::string app_id);
  ~publisher();

  // On the connection's loop thread. done is called once, there, with the outcome: `unavailable` at once when
  // the connection is down or blocked or the window (200 unconfirmed) is full.
  void publish(const messaging::event& item, std::function<void(sent)> done);
  [[nodiscard]] bool ready() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::amqp
