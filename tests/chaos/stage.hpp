// stage: the instance of `./mercat test`, arranged so that every service reaches MariaDB and RabbitMQ through
// gates of ours, and the verbs that hurt it. What a verb breaks, heal() mends. Thread-safe, but for the
// constructor; one stage per program, because services are started anew by it and, at the end, without gates.
#pragma once

#include "tests/e2e/shop.hpp"
#include "tests/support/tcp_gate.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace mercat::chaos {

inline const std::vector<std::string> services{"customer", "products",   "shopping",
                                               "bff-web",  "bff-mobile", "crm-mailer"};
inline const std::vector<std::string> storing_services{"customer", "products", "shopping", "crm-mailer"};

// Of the instance under test, past all gates.
[[nodiscard]] std::uint16_t port_of_rabbitmq();
[[nodiscard]] std::uint16_t port_of_mariadb();

class stage {
 public:
  stage();
  ~stage();  // the services without gates again
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

  [[nodiscard]] test::tcp_gate& database_of(const std::string& service) { return *databases_.at(service); }
  [[nodiscard]] test::tcp_gate& broker_of(const std::string& service) { return *brokers_.at(service); }
  // "products-2"; the same on every run.
  [[nodiscard]] const std::vector<std::string>& replica_names() const noexcept { return names_; }

  void kill(const std::string& replica);  // -9; the supervisor starts it again
  void freeze(const std::string& replica);
  void thaw(const std::string& replica);
  void kill_server(const std::string& name);  // mariadb or rabbitmq: stays away until start_server()
  void start_server(const std::string& name);
  void memory_alarm(bool on);

  // Lets everything through, wakes and starts everything, and waits until all of it is ready.
  void heal();

 private:
  void route_services();
  void restart_services();
  [[nodiscard]] pid_t pid_of(const std::string& replica);

  std::map<std::string, std::unique_ptr<test::tcp_gate>> databases_;
  std::map<std::string, std::unique_ptr<test::tcp_gate>> brokers_;
  std::vector<std::string> names_;
  std::mutex mutex_;
  std::map<std::string, pid_t> frozen_;
  std::set<std::string> away_;
};

}  // namespace mercat::chaos
