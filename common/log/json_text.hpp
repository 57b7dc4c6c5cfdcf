// Text as a JSON string, quotes included, appended to a growing buffer: control characters escaped, every
// byte sequence that is not UTF-8 replaced by U+FFFD. For log lines, where nothing may throw.
#pragma once

#include <spdlog/common.h>

#include <string_view>

namespace mercat::log {

void append_json_text(spdlog::memory_buf_t& out, std::string_view text);

}  // namespace mercat::log
