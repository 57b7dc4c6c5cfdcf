// Percent-decoding (RFC 3986), strict: two hex digits after every '%', no NUL, the result is valid UTF-8.
// Pistache decodes neither path nor query.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mercat::http {

enum class plus { is_plus, is_space };  // form encoding makes a space a '+', in the query only

// nullopt: not decodable under the rules above.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, plus sign);

}  // namespace mercat::http
