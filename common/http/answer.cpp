#include "common/http/answer.hpp"

#include "common/http/problem.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace mercat::http {

namespace {

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// The date as RFC 9110 writes it; formatted once a second and thread.
std::string_view date_now() {
  constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t second = 0;
  thread_local std::array<char, 64> text{};
  thread_local std::size_t size = 0;
  const auto now = std::time(nullptr);
  if (now != second) {
    second = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = static_cast<std::size_t>(
        std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                      days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                      months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                      parts.tm_min, parts.tm_sec));
  }
  return {text.data(), size};
}

bool ours(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 8> framing{"Content-Length", "Connection", "Transfer-Encoding",
                                                    "Keep-Alive",     "Date",       "Content-Type",
                                                    "X-Request-Id",   "X-Hop-Id"};
  return std::any_of(framing.begin(), framing.end(), [&](auto each) { return same_name(each, name); });
}

bool one_line(std::string_view text) noexcept {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool has_body(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

void append_answer(std::string& out, const response& answer, const answer_frame& frame) {
  out.reserve(out.size() + answer.body.size() + 512);
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(answer.status));
  out.append(" ").append(reason_of(answer.status)).append("\r\n");
  append_field(out, "Date", date_now());
  append_field(out, "Connection", frame.keep_alive ? "keep-alive" : "close");
  if (has_body(answer.status)) {
    if (!answer.content_type.empty() && one_line(answer.content_type)) {
      append_field(out, "Content-Type", answer.content_type);
    }
    out.append("Content-Length: ");
    append_number(out, answer.body.size());
    out.append("\r\n");
  }
  if (!frame.request_id.empty()) append_field(out, "X-Request-Id", frame.request_id);
  if (!frame.hop_id.empty()) append_field(out, "X-Hop-Id", frame.hop_id);
  for (const auto& [name, value] : answer.headers) {
    if (!name.empty() && !ours(name) && one_line(name) && one_line(value)) append_field(out, name, value);
  }
  out.append("\r\n");
  if (has_body(answer.status) && !frame.head_only) out.append(answer.body);
}

}  // namespace mercat::http
