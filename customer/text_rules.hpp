// Rules for free text that people type: names and addresses. Text is UTF-8 (the JSON reader checked it) and
// its length is counted in code points. Nothing here changes a text. No HTTP, SQL or AMQP in here.
#pragma once

#include "common/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mercat::customer {

// Without the ASCII blanks around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

// What is wrong with a text, for the client; null when it fits. Refused are more than `most` code points and
// control characters (common/utf8.hpp). Direction marks (U+200E, U+200F), which right-to-left text needs, are
// not.
[[nodiscard]] std::optional<std::string> fault_of(std::string_view text, std::size_t most);

// fault::malformed "invalid-body", as a body that does not fit its schema.
[[nodiscard]] error refused(std::vector<violation> violations);
[[nodiscard]] error refused(std::string pointer, std::string detail);

}  // namespace mercat::customer
