// fingerprint: SHA-256 as 64 hex digits. Tells contents apart: of a request's meaning, of an answer.
#pragma once

#include <string>
#include <string_view>

namespace mercat::shopping {

[[nodiscard]] std::string fingerprint(std::string_view content);

}  // namespace mercat::shopping
