// broker_user: one user of the real RabbitMQ, who tries what he may do. Each try has a channel of its own,
// because the broker closes the channel on which something was refused. The answer is empty when he may, else
// what the broker said. For one thread; throws std::runtime_error when he cannot even log in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

struct amqp_connection_state_t_;

namespace mercat::test {

class broker_user {
 public:
  struct login {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string vhost;
    std::string user;
    std::string password;
  };
  explicit broker_user(const login& who);

  std::string declare_exclusive_queue(const std::string& name);
  std::string declare_exchange(const std::string& name);
  std::string bind(const std::string& queue, const std::string& exchange, const std::string& key);
  std::string publish(const std::string& exchange, const std::string& key);  // an empty body
  std::string consume(const std::string& queue);                             // what came meanwhile goes back
  std::string purge(const std::string& queue);
  std::string remove_queue(const std::string& name);

 private:
  struct close_connection {
    void operator()(amqp_connection_state_t_* link) const;
  };
  template <class Attempt>
  std::string on_fresh_channel(Attempt attempt);

  std::unique_ptr<amqp_connection_state_t_, close_connection> link_;
  std::uint16_t channel_ = 0;
};

}  // namespace mercat::test
