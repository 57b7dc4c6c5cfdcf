// base64url without padding (RFC 4648, section 5), strict: one text per value, so that a signature cannot be
// written in two ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mercat::auth {

[[nodiscard]] std::string base64url(std::string_view bytes);

// nullopt: a foreign character, padding, an impossible length, or bits behind the last byte that are not
// zero.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace mercat::auth
