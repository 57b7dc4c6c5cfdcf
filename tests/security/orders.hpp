// What the tables of objects and of business share: how an order is placed, and what an answer says.
#pragma once

#include "tests/security/group.hpp"
#include "tests/security/people.hpp"

#include <cstdint>
#include <string>

namespace mercat::security {

[[nodiscard]] inline std::string number(std::int64_t value) {
  return std::to_string(value);
}

// "absent" when there is none.
[[nodiscard]] inline std::string text_in(const e2e::answer& received, const char* name) {
  return std::string(json::text(received.json().root(), name).value_or("absent"));
}

[[nodiscard]] inline request placing(const person& who, const std::string& key,
                                     const std::string& body = "{}") {
  return {"POST", "/orders", body, who.token, {{"Idempotency-Key", key}}};
}

}  // namespace mercat::security
