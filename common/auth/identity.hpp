// identity: who a verified token says is calling.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mercat::auth {

struct identity {
  std::int64_t customer_id = 0;
  std::string role;  // "user", "admin"
  std::string email;
  std::string token_id;  // jti
  std::chrono::sys_seconds issued_at{};
  std::chrono::sys_seconds expires_at{};
};

}  // namespace mercat::auth
