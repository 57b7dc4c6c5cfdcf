// SHA-256 (FIPS 180-4), as text. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace mercat {

// 64 hexadecimal digits, small letters. Throws std::runtime_error when the library refuses.
[[nodiscard]] std::string sha256(std::string_view content);

}  // namespace mercat
