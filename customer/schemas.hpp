// The shapes of the request bodies (JSON Schema draft 4). What a schema cannot say is checked in account.hpp.
#pragma once

#include "common/json/schema.hpp"

namespace mercat::customer::schemas {

[[nodiscard]] const json::schema& sign_up();
[[nodiscard]] const json::schema& log_in();
[[nodiscard]] const json::schema& shown_token();
[[nodiscard]] const json::schema& password_forgotten();
[[nodiscard]] const json::schema& password_reset();
[[nodiscard]] const json::schema& profile_change();
[[nodiscard]] const json::schema& password_change();
[[nodiscard]] const json::schema& address();

}  // namespace mercat::customer::schemas
