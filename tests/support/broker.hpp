// broker: a scratch vhost (or one that is there) on the real RabbitMQ of MERCAT_AMQP_URL
// (amqp://user:password@host:port/…) and MERCAT_AMQP_MANAGEMENT_URL (http://user:password@host:port), gone
// with the fixture. Both variables must be set, the user must be an administrator. For one thread. What the
// broker refuses throws std::runtime_error.
#pragma once

#include "common/amqp/connection.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mercat::test {

enum class topology {
  none,
  shop,  // policies, exchanges, queues and bindings of deploy/rabbitmq
};

class broker {
 public:
  explicit broker(topology declared = topology::none);
  // One that is there, and stays.
  static broker of_vhost(std::string name) { return broker{std::move(name)}; }
  ~broker();
  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;

  [[nodiscard]] amqp::connection_options options(std::string connection_name) const;
  [[nodiscard]] const std::string& vhost() const noexcept { return vhost_; }

  // Of the management API, path below /api, "%2F"-encoded by the caller; gives the body.
  std::string ask(std::string_view method, std::string_view path, std::string_view body = {}) const;

  void declare_exchange(std::string_view name, std::string_view type) const;
  // arguments: JSON object
  void declare_queue(std::string_view name, bool durable = true, std::string_view arguments = "{}") const;
  void bind(std::string_view exchange, std::string_view queue, std::string_view key) const;
  void delete_queue(std::string_view name) const;
  [[nodiscard]] bool has_queue(std::string_view name) const;
  // Takes messages out of a queue, at most `most`; bodies in order.
  [[nodiscard]] std::vector<std::string> take(std::string_view queue, std::size_t most = 1000) const;
  // Puts one message into a queue, with these properties (JSON object).
  void put(std::string_view queue, std::string_view body, std::string_view properties = "{}") const;

  // Names as given in connection_options. The management API learns of new connections with seconds of delay.
  [[nodiscard]] std::vector<std::string> connections() const;
  // Makes the broker close the connections of this name; false when it knows none (yet).
  [[nodiscard]] bool kill_connection(std::string_view name) const;

 private:
  explicit broker(std::string existing_vhost);

  std::string amqp_url_;
  std::string management_url_;
  std::string vhost_;
  bool scratch_ = true;
};

}  // namespace mercat::test
