// queue: the instance's broker as somebody with its administrator's log-in sees it: messages of any bytes and
// properties into any queue, replies to requests, and what has gone to the dead letters. Blocking; for one
// thread.
#pragma once

#include "tests/support/broker.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mercat::security {

struct wrong_message {
  std::string name;
  std::string body;
  std::string properties;  // JSON object; message_id and reply_to may stand in it
};

// Names and bodies, the largest made at the first use.
[[nodiscard]] const std::vector<std::pair<std::string, std::string>>& no_json();

class queue {
 public:
  queue();
  ~queue();
  queue(const queue&) = delete;
  queue& operator=(const queue&) = delete;

  // "taken", or what the broker said.
  std::string put(const std::string& name, const std::string& body, const std::string& properties) const;
  // The same to everybody who is bound to an exchange for this key.
  std::string tell(const std::string& exchange, const std::string& key, const std::string& body,
                   const std::string& properties) const;
  // As put(), over AMQP, for what is too large for the management API.
  [[nodiscard]] std::string put_directly(const std::string& name, const std::string& body) const;
  // An RPC request and its reply: "reply", the error's slug, or "none".
  [[nodiscard]] std::string call(const std::string& name, const std::string& body,
                                 const std::string& more = {},
                                 std::chrono::milliseconds limit = std::chrono::seconds{6}) const;
  // Takes these messages out of a service's dead letters; gives the names of those that came there in time.
  [[nodiscard]] std::set<std::string> dead_letters(const std::string& service,
                                                   const std::vector<wrong_message>& sent,
                                                   std::chrono::milliseconds limit) const;

 private:
  test::broker broker_ = test::broker::of_vhost("mercat");
  std::string replies_;
};

}  // namespace mercat::security
