// What the customers and the staff of a run did, and what they were told: the client's side of the
// comparison. Plain data; whoever shares it between threads locks it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mercat::chaos {

using quantities = std::map<std::int64_t, std::int64_t>;  // product id -> quantity

// One try: 0 is no answer (time-out, connection lost).
struct told {
  int status = 0;
  std::string problem;   // slug; empty when the answer is none
  std::string order_id;  // of a 200 or 201
  std::string state;     // the order's, of a 200 or 201
  quantities lines{};    // likewise
};

// One idempotency key and everything that was tried with it.
struct purchase {
  std::int64_t customer_id = 0;
  std::string key;
  quantities wanted;
  std::vector<told> tries;
  std::vector<told> cancels;
  std::vector<std::string> states_seen;  // by reading, in order
  // Whether `wanted` must be what was in the cart: a change of it that got no answer may come late.
  bool cart_is_sure = true;

  // "" when no try was answered with an order.
  [[nodiscard]] std::string order_id() const {
    for (const auto& each : tries)
      if (!each.order_id.empty()) return each.order_id;
    return {};
  }
};

struct customer {
  std::int64_t id = 0;
  std::string email;
};

// One change of stock by staff, never repeated. `reason` is unique, so the ledger tells what became of it.
struct adjustment {
  std::int64_t product_id = 0;
  std::int64_t delta = 0;
  std::string reason;
  int status = 0;
};

struct record {
  std::vector<customer> customers;
  quantities opening;  // of the products of the run
  std::vector<purchase> purchases;
  std::vector<adjustment> adjustments;
  // Marks, each in the body of one message that no service can handle. false: it is not known to have
  // arrived.
  std::map<std::string, bool> poisons;
  long interruptions = 0;                     // times the mailer was killed
  std::vector<std::string> reading_failures;  // answers to reads that nobody may get
};

}  // namespace mercat::chaos
