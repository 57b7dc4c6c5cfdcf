#include "common/http/request_head.hpp"

#include "common/number.hpp"

#include <algorithm>
#include <array>

namespace mercat::http {

namespace {

constexpr std::size_t max_fields = 100;
constexpr std::size_t max_length_digits = 15;
constexpr std::size_t max_method = 32;  // the longest registered one has 17 (RFC 4437)

constexpr head_refusal malformed(std::string_view detail) {
  return {400, "malformed-request", detail};
}
constexpr head_refusal too_large{431, "header-too-large", "The request line and headers are too large."};

using refusal = std::optional<head_refusal>;

constexpr auto token_characters = [] {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view{"!#$%&'*+-.^_`|~"}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return token_characters[static_cast<unsigned char>(c)]; });
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Visible characters, blanks and bytes above ASCII; no other control character.
bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

// reg-name, IPv4 or bracketed IPv6, and a port.
bool is_host(std::string_view text) noexcept {
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos || bracket < 3) return false;
    const auto inside = text.substr(1, bracket - 1);
    if (inside.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
    end = bracket + 1;
  } else {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=%";
    end = std::min(text.find_first_not_of(allowed), text.size());
    if (end == 0) return false;
  }
  if (end == text.size()) return true;
  const auto port = text.substr(end + 1);
  if (text[end] != ':' || port.empty() || port.size() > 5) return false;
  return whole_number<std::uint16_t>(port).has_value();
}

refusal read_request_line(std::string_view line, request_head& head, bool& http_1_0) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) {
    return malformed("The request line is not: method, target and version, one space between them.");
  }
  head.method_text = line.substr(0, first);
  head.target = line.substr(first + 1, second - first - 1);
  const auto version = line.substr(second + 1);
  if (!is_token(head.method_text) || head.method_text.size() > max_method) {
    return malformed("The method is not a token of at most 32 characters.");
  }
  head.method = method_named(head.method_text);
  if (head.target.empty() || head.target.front() != '/') {
    return malformed("The request target must start with '/'.");
  }
  const bool clean = std::all_of(head.target.begin(), head.target.end(),
                                 [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
  if (!clean) return malformed("The request target has a character that must be percent-encoded.");
  const auto mark = std::min(head.target.find('?'), head.target.size());
  head.path = head.target.substr(0, mark);
  head.query = head.target.substr(std::min(mark + 1, head.target.size()));
  http_1_0 = version == "HTTP/1.0";
  if (http_1_0 || version == "HTTP/1.1") return std::nullopt;
  const bool other = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                     version[6] == '.' && is_digit(version[7]);
  if (other) return head_refusal{505, "http-version-not-supported", "Only HTTP/1.1 and HTTP/1.0 are spoken."};
  return malformed("The HTTP version cannot be read.");
}

refusal read_field(std::string_view line, request_head& head) {
  if (line.front() == ' ' || line.front() == '\t') return malformed("A header is folded over two lines.");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return malformed("A header line has no colon.");
  const auto name = line.substr(0, colon);
  if (!is_token(name)) return malformed("A header name is not a token.");
  const auto value = trimmed(line.substr(colon + 1));
  if (!is_field_value(value)) return malformed("A header value has a control character.");
  if (head.headers.size() == max_fields) return too_large;
  head.headers.emplace_back(name, value);
  return std::nullopt;
}

refusal read_length(std::string_view value, request_head& head) {
  if (head.content_length) return malformed("Content-Length is given more than once.");
  const auto length = whole_number<std::size_t>(value);
  const bool number = !value.empty() && std::all_of(value.begin(), value.end(), is_digit);
  if (!number || (value.size() > 1 && value.front() == '0')) {
    return malformed("Content-Length is not a plain decimal number.");
  }
  if (!length || value.size() > max_length_digits) {
    return head_refusal{413, "body-too-large", "The request body is too large."};
  }
  head.content_length = *length;
  return std::nullopt;
}

void read_connection(std::string_view value, bool& close, bool& keep) {
  while (!value.empty()) {
    const auto end = std::min(value.find(','), value.size());
    const auto option = trimmed(value.substr(0, end));
    close = close || same_name(option, "close");
    keep = keep || same_name(option, "keep-alive");
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

// What the headers say about framing and the connection: where smuggling lives.
refusal interpret(request_head& head, bool http_1_0) {
  bool close = false;
  bool keep = false;
  bool coded = false;
  std::size_t hosts = 0;
  for (const auto& [name, value] : head.headers) {
    if (same_name(name, "Host")) {
      if (++hosts > 1 || !is_host(value)) return malformed("Host must be given once and be a host name.");
    } else if (same_name(name, "Content-Length")) {
      if (const auto refused = read_length(value, head)) return refused;
    } else if (same_name(name, "Transfer-Encoding")) {
      coded = true;
    } else if (same_name(name, "Connection")) {
      read_connection(value, close, keep);
    } else if (same_name(name, "Expect")) {
      if (!same_name(value, "100-continue")) {
        return head_refusal{417, "expectation-failed", "Only the expectation 100-continue can be met."};
      }
      head.expects_continue = !http_1_0;
    }
  }
  if (coded) {
    return head_refusal{411, "length-required",
                        "Transfer-Encoding is not accepted: send the body with a Content-Length."};
  }
  if (hosts == 0 && !http_1_0) return malformed("Host is missing.");
  head.keep_alive = !close && (!http_1_0 || keep);
  return std::nullopt;
}

enum class line_state { partial, whole, broken };

// Cuts one line that ends in CRLF off the front. A CR or LF on its own breaks the message.
line_state next_line(std::string_view& rest, std::string_view& line) noexcept {
  const auto end = rest.find_first_of(std::string_view{"\r\n\0", 3});
  if (end == std::string_view::npos) return line_state::partial;
  if (rest[end] != '\r') return line_state::broken;
  if (end + 1 == rest.size()) return line_state::partial;
  if (rest[end + 1] != '\n') return line_state::broken;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line_state::whole;
}

// The start of a request line that cannot become one: another protocol, most likely.
bool hopeless_start(std::string_view partial) noexcept {
  const auto method = partial.substr(0, std::min(partial.find(' '), partial.size()));
  const auto bare = method.ends_with('\r') ? method.substr(0, method.size() - 1) : method;
  return !partial.empty() &&
         (bare.size() != method.size() || !is_token(method) || method.size() > max_method);
}

struct reader {
  request_head head;
  bool http_1_0 = false;
  std::size_t lines = 0;

  // true: the head's last line was read.
  refusal take(std::string_view line, bool& last) {
    last = line.empty() && lines > 0;
    if (last) return interpret(head, http_1_0);
    return lines++ == 0 ? read_request_line(line, head, http_1_0) : read_field(line, head);
  }
};

}  // namespace

std::string_view request_head::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

head_reading read_head(std::string_view bytes, std::size_t limit) {
  reader state;
  state.head.headers.reserve(16);
  auto rest = bytes;
  const auto refuse = [](const head_refusal& why) { return head_reading{head_state::refused, {}, why}; };
  for (bool last = false; !last;) {
    std::string_view line;
    const auto found = next_line(rest, line);
    const auto used = bytes.size() - rest.size();
    if (found == line_state::broken) return refuse(malformed("Lines must end in CR LF; NUL is not allowed."));
    if (used > limit || (found == line_state::partial && bytes.size() >= limit)) return refuse(too_large);
    if (found == line_state::partial) {
      if (state.lines == 0 && hopeless_start(rest)) return refuse(malformed("This is not HTTP."));
      return {};
    }
    if (const auto refused = state.take(line, last)) return refuse(*refused);
  }
  state.head.size = bytes.size() - rest.size();
  return {head_state::complete, std::move(state.head), {}};
}

}  // namespace mercat::http
