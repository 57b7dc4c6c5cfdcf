// Is a text valid UTF-8, and what it consists of, for the rules of what people may write. Pure; thread-safe.
#pragma once

#include <string_view>

namespace mercat {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool valid_utf8(std::string_view text) noexcept;

// Taken off the front of a text that is not empty. Of broken UTF-8 it makes some code point, never more text.
[[nodiscard]] char32_t take_code_point(std::string_view& text) noexcept;

// Control characters (C0, DEL, C1), the line and the paragraph separator, and the marks that turn the
// direction of what follows, with which a name could forge the text around it (Unicode TR 36, 2.10).
[[nodiscard]] bool is_control(char32_t point) noexcept;

// Nothing in it shows: white space, and marks that are invisible by themselves.
[[nodiscard]] bool is_blank(std::string_view text) noexcept;

}  // namespace mercat
