// Entity tags (RFC 9110): an answer that the client has already is not sent again.
#pragma once

#include "common/http/message.hpp"

#include <string>
#include <string_view>

namespace mercat::shopping {

// Does If-None-Match name this tag? A list of tags, weak ones too, or *.
[[nodiscard]] bool names_tag(std::string_view if_none_match, std::string_view tag);

// The body under this tag (with its quotes), or 304 when the request has it already.
[[nodiscard]] http::response tagged(const http::request& asked, std::string body, std::string tag);

}  // namespace mercat::shopping
