// The settings of every service that talks to the broker.
#pragma once

#include "common/amqp/connection.hpp"
#include "common/config/environment.hpp"

#include <string>
#include <string_view>

namespace mercat::amqp {

// Declares MERCAT_AMQP_*. The connection's own name is given where it is made: broker.named("customer-1
// events").
struct broker_options {
  connection_options common;
  [[nodiscard]] connection_options named(std::string name) const {
    auto options = common;
    options.name = std::move(name);
    return options;
  }
};

inline broker_options declare_broker(config::environment& env, std::string_view user) {
  broker_options options;
  options.common.host = env.text("MERCAT_AMQP_HOST", options.common.host, "RabbitMQ's host");
  options.common.port = env.port("MERCAT_AMQP_PORT", options.common.port, "RabbitMQ's AMQP port");
  options.common.vhost = env.text("MERCAT_AMQP_VHOST", options.common.vhost, "virtual host");
  options.common.user = env.user("MERCAT_AMQP_USER", user, "the service's own broker user");
  options.common.password =
      env.password("MERCAT_AMQP_PASSWORD", options.common.user, "password of that user");
  return options;
}

}  // namespace mercat::amqp
