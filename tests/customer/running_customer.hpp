// running_customer: the customer service as main() puts it together, in the test's process, on a schema and a
// vhost of its own, reached over HTTP.
#pragma once

#include "common/amqp/publisher.hpp"
#include "common/auth/password.hpp"
#include "common/http/server.hpp"
#include "common/json/document.hpp"
#include "common/messaging/outbox.hpp"
#include "customer/membership.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/database.hpp"
#include "tests/support/tcp_gate.hpp"

#include <map>
#include <memory>
#include <string>

namespace mercat::test {

struct http_answer {
  long status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case

  // Of a JSON object body: a text member; empty when it is no text.
  [[nodiscard]] std::string text(std::string_view member) const;
  [[nodiscard]] std::int64_t integer(std::string_view member) const;
  // Last part of a problem's type.
  [[nodiscard]] std::string slug() const;
};

class running_customer {
 public:
  explicit running_customer(auth::password_hasher_options hashing = {4, 64});

  // body: JSON, may be empty. Thread-safe.
  [[nodiscard]] http_answer call(const std::string& method, const std::string& path,
                                 const std::string& body = {}, const std::string& token = {},
                                 const std::string& traceparent = {}) const;
  [[nodiscard]] http_answer sign_up(const std::string& email,
                                    const std::string& password = "correct horse") const;
  [[nodiscard]] http_answer log_in(const std::string& email,
                                   const std::string& password = "correct horse") const;

  // Bodies of all events crm-mailer would get, in order, once there are so many of them (or 10 s are over).
  [[nodiscard]] std::vector<std::string> events(std::size_t count);
  // The traceparents of as many, likewise.
  [[nodiscard]] std::vector<std::string> traces(std::size_t count);
  // Between the service and the broker.
  tcp_gate& broker_gate() { return gate_; }
  scratch_schema& schema() { return schema_; }
  // Rows in a table.
  [[nodiscard]] std::int64_t count(const std::string& table);

 private:
  scratch_schema schema_;
  broker broker_{topology::shop};
  tcp_gate gate_;
  log::logger logger_{"customer", "customer-1", log::level::error};
  metrics::registry metrics_;
  db::pool database_;
  async::event_loop loop_{"events"};
  std::unique_ptr<amqp::connection> connection_;
  std::unique_ptr<amqp::publisher> publisher_;
  std::unique_ptr<messaging::relay> relay_;
  auth::password_hasher hasher_;
  auth::token_rules tokens_;
  auth::token_issuer issuer_;
  std::unique_ptr<customer::membership> members_;
  std::unique_ptr<http::server> server_;
};

}  // namespace mercat::test
