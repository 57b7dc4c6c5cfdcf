#include "crm-mailer/mail.hpp"

#include "common/error.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace mercat::crm_mailer {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t base64_line = 76;
constexpr std::size_t header_line = 76;
constexpr std::string_view word_start = "=?UTF-8?B?";
constexpr std::string_view word_end = "?=";

bool is_plain(char c) noexcept {
  return c >= ' ' && c <= '~';
}

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock ends with a NUL
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

// A text part's content: line ends are CRLF (RFC 2046, 4.1.1) before base64.
std::string base64_text(std::string_view text) {
  std::string canonical;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') canonical += '\r';
    canonical += c;
  }
  const auto encoded = base64(canonical);
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += base64_line)
    lines.append(encoded, at, base64_line).append(line_end);
  return lines;
}

bool is_message_id(std::string_view id) noexcept {
  const auto at = id.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == id.size() || id.size() > 200) return false;
  return std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '@';
  });
}

std::string rfc5322_date(std::chrono::sys_seconds at) {
  static constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                weekdays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

// A display name in front of an address: a quoted string when plain.
std::string display_name(std::string_view name, std::size_t header_name_length) {
  if (name.size() > 40 || !std::ranges::all_of(name, is_plain))
    return encoded_header_text(name, header_name_length);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string from_line(const mailbox& from) {
  if (from.name.empty()) return "From: " + from.address;
  const auto name = display_name(from.name, 6);
  const auto last_line = name.size() - std::min(name.size(), name.rfind('\n') + 1);
  const bool fits = 6 + last_line + from.address.size() + 3 <= header_line;
  return "From: " + name + (fits ? " <" : "\r\n <") + from.address + '>';
}

std::string part(std::string_view boundary, std::string_view type, std::string_view content) {
  std::string out;
  out.append("--").append(boundary).append(line_end);
  out.append("Content-Type: ").append(type).append("; charset=utf-8\r\n");
  out.append("Content-Transfer-Encoding: base64\r\n\r\n");
  return out + base64_text(content);
}

}  // namespace

mailbox mailbox::parse(std::string_view text) {
  mailbox parsed;
  const auto open = text.find('<');
  if (open == std::string_view::npos) {
    parsed.address = text;
  } else if (text.ends_with('>')) {
    const auto name = text.substr(0, open);
    parsed.name = name.substr(0, name.find_last_not_of(' ') + 1);
    parsed.address = text.substr(open + 1, text.size() - open - 2);
  }
  if (!is_safe_address(parsed.address) || std::ranges::any_of(parsed.name, is_control))
    throw error(fault::malformed, "bad-address", "not an e-mail address");
  return parsed;
}

bool is_safe_address(std::string_view address) noexcept {
  constexpr std::string_view special = " <>()[],;:\\\"";
  const auto at = address.find('@');
  return address.size() <= 254 && at != 0 && at != std::string_view::npos && at + 1 < address.size() &&
         address.find('@', at + 1) == std::string_view::npos && address.front() != '-' &&
         std::ranges::all_of(
             address, [&](char c) { return is_plain(c) && special.find(c) == std::string_view::npos; });
}

std::string encoded_header_text(std::string_view text, std::size_t header_name_length) {
  std::string clean(text);
  std::ranges::replace_if(clean, is_control, ' ');
  // A text that looks like an encoded word must not be decoded as one.
  const bool plain = std::ranges::all_of(clean, is_plain) && clean.find("=?") == std::string::npos;
  if (plain && header_name_length + clean.size() <= header_line) return clean;

  std::string out;
  std::size_t used = header_name_length;
  for (std::size_t at = 0; at < clean.size();) {
    const std::size_t room = header_line - used - word_start.size() - word_end.size();
    std::size_t end = std::min(clean.size(), at + room / 4 * 3);
    while (end < clean.size() && end > at && continues_character(clean[end])) --end;
    if (end == at) end = clean.size();  // not UTF-8 at all: in one piece
    if (at != 0) out.append("\r\n ");
    out.append(word_start).append(base64(std::string_view(clean).substr(at, end - at))).append(word_end);
    used = 1;
    at = end;
  }
  return out;
}

std::string compose(const mail& what) {
  if (!is_safe_address(what.to) || !is_safe_address(what.from.address))
    throw error(fault::malformed, "bad-address", "no mail can be sent to or from this address");
  if (!is_message_id(what.message_id))
    throw error(fault::malformed, "bad-message-id", "no Message-ID can be made of this event's id");
  // "=_" cannot occur in base64, and the rest is this mail's own: no content can look like the boundary.
  const auto boundary =
      "=_" + what.message_id.substr(0, std::min<std::size_t>(60, what.message_id.find('@')));

  std::string out;
  const auto line = [&out](std::string_view head, std::string_view tail) {
    out.append(head).append(tail).append(line_end);
  };
  line("Date: ", rfc5322_date(what.date));
  line(from_line(what.from), "");
  line(what.to.size() > 70 ? "To:\r\n " : "To: ", what.to);
  line("Subject: ", encoded_header_text(what.subject, 9));
  line("Message-ID:", (what.message_id.size() > 60 ? "\r\n <" : " <") + what.message_id + '>');
  line("Auto-Submitted: auto-generated", "");
  line("MIME-Version: 1.0", "");
  line("Content-Type: multipart/alternative;\r\n boundary=\"", boundary + '"');
  out.append(line_end);
  out.append(part(boundary, "text/plain", what.text)).append(line_end);
  out.append(part(boundary, "text/html", what.html)).append(line_end);
  out.append("--").append(boundary).append("--").append(line_end);
  return out;
}

}  // namespace mercat::crm_mailer
