// What is there after a run: both databases, the queues, the mails, the processes. Plain data, gathered by
// gather.hpp, compared with the record by judge.hpp.
#pragma once

#include "tests/chaos/record.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mercat::chaos {

struct found_order {
  std::int64_t customer_id = 0;
  std::string state;
  std::string key;  // of order_key; empty when it has none
  quantities lines;
  std::vector<std::string> history;  // states, in order
  bool timed_out = false;            // cancelled because nobody decided
};

struct movement {
  std::int64_t product_id = 0;
  std::string cause;
  std::int64_t delta = 0;
  std::string reason;
};

struct found_mail {
  std::string to;
  std::string message_id;
  std::string text;
};

struct memory_sample {
  std::string process;
  std::int64_t warm_kib = 0;
  std::int64_t end_kib = 0;
};

struct truth {
  std::map<std::string, found_order> orders;              // by id
  std::vector<std::pair<std::string, std::string>> keys;  // key and order id, every row of order_key
  std::map<std::string, std::string> decisions;           // order id -> status, in products
  quantities on_hand;
  std::vector<movement> movements;
  std::map<std::int64_t, int> mails_sent;        // customer -> rows of sent_mail
  std::vector<found_mail> mails;                 // what the mailbox got, repeats included
  std::map<std::string, std::int64_t> outboxes;  // rows left, by schema
  std::map<std::string, std::int64_t> queues;    // messages left, by queue, dead letters not among them
  std::vector<std::string> dead_letters;         // bodies
  std::vector<std::string> replica_differences;
  std::vector<memory_sample> memory;
};

}  // namespace mercat::chaos
