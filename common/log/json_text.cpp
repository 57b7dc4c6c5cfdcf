#include "common/log/json_text.hpp"

#include <cstddef>
#include <cstdint>

namespace mercat::log {

namespace {

void append(spdlog::memory_buf_t& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

// Bytes of the well-formed UTF-8 sequence `text` begins with (Unicode, table 3-7); 0 when it is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const auto lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool too_high = lead == 0xF4 && byte(1) >= 0x90;
    return overlong || too_high ? 0 : 4;
  }
  return 0;
}

void append_escaped(spdlog::memory_buf_t& out, char c) {
  switch (c) {
    case '"':
      return append(out, "\\\"");
    case '\\':
      return append(out, "\\\\");
    case '\n':
      return append(out, "\\n");
    case '\r':
      return append(out, "\\r");
    case '\t':
      return append(out, "\\t");
    default:
      break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  const auto code = static_cast<std::uint8_t>(c);
  append(out, "\\u00");
  out.push_back(digits[code >> 4]);
  out.push_back(digits[code & 15]);
}

}  // namespace

void append_json_text(spdlog::memory_buf_t& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;  // start of what can be copied as it is
  std::size_t at = 0;
  const auto copy_plain = [&] { append(out, text.substr(plain, at - plain)); };
  while (at < text.size()) {
    const auto code = static_cast<std::uint8_t>(text[at]);
    if (code >= 0x20 && code < 0x7F && code != '"' && code != '\\') {
      ++at;
    } else if (code < 0x80) {
      copy_plain();
      append_escaped(out, text[at]);
      plain = ++at;
    } else if (const auto length = sequence_length(text.substr(at)); length != 0) {
      at += length;
    } else {
      copy_plain();
      append(out, "\xEF\xBF\xBD");
      plain = ++at;
    }
  }
  copy_plain();
  out.push_back('"');
}

}  // namespace mercat::log
