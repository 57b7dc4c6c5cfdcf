// running_customer: the customer service as main() puts it together, in the test's process, on a schema and a
// vhost of its own, reached over HTTP.
#pragma once

#include "common/amqp/publisher.hpp"
#include "common/amqp/rpc.hpp"
#include "common/auth/password.hpp"
#include "common/http/server.hpp"
#include "common/json/document.hpp"
#include "common/messaging/outbox.hpp"
#include "common/messaging/revocation_feed.hpp"
#include "customer/address_book.hpp"
#include "customer/directory.hpp"
#include "customer/membership.hpp"
#include "customer/password_resets.hpp"
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
  // As in development: nobody is slowed down unless a test wants it. database_limit: of a unit of work; more
  // than a second is for many at once, of whom the last must wait. Each route's own limit stays.
  explicit running_customer(auth::password_hasher_options hashing = {4, 64},
                            customer::reset_rules resetting = {}, customer::delay_rules delaying = {100},
                            std::int64_t sign_ups_per_hour = 100,
                            std::chrono::milliseconds database_limit = std::chrono::seconds{1});

  // body: JSON, may be empty. from: X-Forwarded-For, none when empty. Thread-safe.
  [[nodiscard]] http_answer call(const std::string& method, const std::string& path,
                                 const std::string& body = {}, const std::string& token = {},
                                 const std::string& traceparent = {}, const std::string& from = {}) const;
  [[nodiscard]] http_answer sign_up(const std::string& email,
                                    const std::string& password = "correct horse") const;
  [[nodiscard]] http_answer log_in(const std::string& email, const std::string& password = "correct horse",
                                   const std::string& from = {}) const;

  [[nodiscard]] http_answer refresh(const std::string& token) const;
  [[nodiscard]] http_answer log_out(const std::string& token) const;

  // Makes an account, and an admin of it if `admin`; gives what log-in answers.
  [[nodiscard]] http_answer member(const std::string& email, bool admin = false);
  // Of CUSTOMER_RPC, asked by another service.
  [[nodiscard]] amqp::rpc_reply ask(const std::string& type, const std::string& data);

  // Bodies of all events crm-mailer would get, in order, once there are so many of them (or 10 s are over).
  [[nodiscard]] std::vector<std::string> events(std::size_t count);
  // The traceparents of as many, likewise.
  [[nodiscard]] std::vector<std::string> traces(std::size_t count);
  // No mail for a forgotten password is being prepared any more.
  [[nodiscard]] bool all_invited_now() const { return resets_->idle(); }
  [[nodiscard]] bool all_invited() const {
    return eventually([this] { return resets_->idle(); });
  }
  // Between the service and the broker.
  tcp_gate& broker_gate() { return gate_; }
  scratch_schema& schema() { return schema_; }
  broker& rabbit() { return broker_; }
  // Rows in a table.
  [[nodiscard]] std::int64_t count(const std::string& table);

 private:
  scratch_schema schema_;
  broker broker_{topology::shop};
  tcp_gate gate_;
  async::event_loop loop_{"events"};  // before the pool, whose threads post to them to their end
  async::event_loop rpc_loop_{"rpc"};
  log::logger logger_{"customer", "customer-1", log::level::error};
  metrics::registry metrics_;
  db::pool database_;
  std::unique_ptr<amqp::connection> connection_;
  std::unique_ptr<amqp::publisher> publisher_;
  std::unique_ptr<messaging::relay> relay_;
  auth::password_hasher hasher_;
  auth::token_rules tokens_;
  auth::token_issuer issuer_;
  customer::sessions sessions_;
  customer::login_guard guard_;
  std::unique_ptr<customer::password_writer> passwords_;
  std::unique_ptr<customer::membership> members_;
  std::unique_ptr<customer::password_resets> resets_;
  customer::address_book addresses_{database_};
  customer::directory customers_{database_};
  std::unique_ptr<amqp::connection> rpc_connection_;
  std::unique_ptr<amqp::rpc_server> rpc_;
  std::unique_ptr<amqp::rpc_client> asking_;
  auth::revocations revoked_{std::chrono::minutes{15}};
  std::unique_ptr<messaging::revocation_feed> feed_;
  std::unique_ptr<http::server> server_;
};

}  // namespace mercat::test
