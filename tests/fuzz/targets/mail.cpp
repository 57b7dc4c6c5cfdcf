// Mails, whatever is in them: none may get a header, a recipient or a part more. Fields end with a record
// separator (0x1E), because names and subjects may hold lines here.
#include "crm-mailer/mail.hpp"

#include "common/utf8.hpp"
#include "crm-mailer/order_mail.hpp"
#include "crm-mailer/reset_mail.hpp"
#include "crm-mailer/smtp_conversation.hpp"
#include "crm-mailer/welcome.hpp"
#include "tests/fuzz/promise.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace mercat::fuzz {

namespace {

using namespace crm_mailer;

constexpr char separator = '\x1e';
constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'800'000'000}};
const letterhead shop{{"Mercat", "shop@mercat.test"}, "mercat.test", "http://localhost:8080/"};
constexpr const char* event_id = "018cc251-f400-7000-8000-000000000000";

std::string from_base64(std::string_view text) {
  std::string lines(text);
  std::erase_if(lines, [](char c) { return c == '\r' || c == '\n'; });
  std::string bytes(lines.size(), '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(lines.data()), static_cast<int>(lines.size()));
  promise(size >= 0, "a body is base64");
  const auto padding = static_cast<std::size_t>(std::ranges::count(lines, '='));
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

// RFC 2047, as a mail program reads it: blanks between encoded words are not part of the text.
std::string shown(std::string_view value) {
  std::string text;
  for (bool after_word = false; !value.empty();) {
    const auto word = value.find("=?UTF-8?B?");
    const auto before = value.substr(0, word);
    if (!after_word || before.find_first_not_of(" \r\n") != std::string_view::npos) text.append(before);
    if (word == std::string_view::npos) break;
    value.remove_prefix(word + 10);
    const auto end = value.find("?=");
    promise(end != std::string_view::npos, "an encoded word ends");
    const auto part = from_base64(value.substr(0, end));
    text.append(part);
    value.remove_prefix(end + 2);
    after_word = true;
  }
  return text;
}

std::string without_controls(std::string_view text) {
  std::string clean(text);
  std::ranges::replace_if(
      clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return clean;
}

std::string canonical(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') lines += '\r';
    lines += c;
  }
  return lines;
}

// At most 78 bytes (RFC 5322, 2.1.1), but for an address or an id, which has no place to be cut.
bool fits(std::string_view line, const mail& what) {
  if (line.size() <= 78 || !valid_utf8(what.subject) || !valid_utf8(what.from.name)) return true;
  return line.find(what.to) != std::string_view::npos ||
         line.find(what.from.address) != std::string_view::npos ||
         line.find(what.message_id) != std::string_view::npos;
}

void check_lines(std::string_view wire, const mail& what) {
  while (!wire.empty()) {
    const auto end = wire.find("\r\n");
    promise(end != std::string_view::npos, "a mail ends with a line end");
    const auto line = wire.substr(0, end);
    promise(fits(line, what), "no line is over 78 bytes");
    promise(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }),
            "a mail is printable ASCII: no bare CR or LF in it");
    wire.remove_prefix(end + 2);
  }
}

void check_headers(std::string_view head, const mail& what) {
  constexpr std::array<std::string_view, 8> names{
      "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"};
  std::size_t count = 0;
  while (!head.empty()) {
    auto end = head.find("\r\n");
    while (end + 2 < head.size() && head[end + 2] == ' ') end = head.find("\r\n", end + 2);  // folded
    const auto field = head.substr(0, end);
    const auto colon = field.find(':');
    promise(count < names.size() && field.substr(0, colon) == names[count],
            "a mail has our headers and no other");
    auto value = field.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \r\n"), value.size()));
    if (names[count] == "To") promise(value == what.to, "a mail goes to whom it is for");
    if (names[count] == "Subject" && valid_utf8(what.subject)) {
      // A text that begins with blanks may lose them, as every header does.
      const auto expected = without_controls(what.subject);
      const auto first = std::min(expected.find_first_not_of(' '), expected.size());
      promise(shown(value) == expected || shown(value) == expected.substr(first),
              "a subject is shown as it is");
    }
    ++count;
    head.remove_prefix(end + 2);
  }
  promise(count == names.size(), "a mail has all its headers");
}

void check_parts(std::string_view body, std::string_view boundary, const mail& what) {
  const auto line = "--" + std::string(boundary);
  std::array<std::string, 2> found;
  std::size_t parts = 0;
  for (auto at = body.find(line); at != std::string_view::npos; at = body.find(line, at)) {
    at += line.size();
    if (body.substr(at).starts_with("--\r\n")) break;
    promise(parts < 2, "a mail has two parts");
    const auto content = body.find("\r\n\r\n", at) + 4;
    found[parts++] = from_base64(body.substr(content, body.find("\r\n--", content) - content));
  }
  promise(parts == 2, "a mail has both its parts");
  promise(found[0] == canonical(what.text) && found[1] == canonical(what.html),
          "a part says what it was made from");
}

void check(const mail& what) {
  const auto wire = unless_refused([&] { return compose(what); });
  if (!wire) return;
  promise(is_safe_address(what.to), "a mail goes to an address");
  check_lines(*wire, what);
  const auto end = wire->find("\r\n\r\n");
  const auto head = std::string_view(*wire).substr(0, end + 2);
  check_headers(head, what);
  const auto start = head.rfind("boundary=\"") + 10;  // the last header's: a subject may say the same
  check_parts(std::string_view(*wire).substr(end + 4), head.substr(start, head.find('"', start) - start),
              what);
}

void composed(input from) {
  mail what;
  const auto sender = unless_refused([&] { return mailbox::parse(from.field(separator)); });
  what.from = sender.value_or(shop.from);
  promise(is_safe_address(what.from.address), "a mailbox has an address");
  what.to = from.field(separator);
  what.message_id = from.field(separator);
  what.subject = from.field(separator);
  what.text = from.field(separator);
  what.html = from.rest();
  what.date = now;
  check(what);
}

void greeted(input from) {
  const std::string to{from.field(separator)};
  const std::string name{from.field(separator)};
  const auto letter = welcome({to, name}, shop, event_id, now);
  promise(letter.subject == "Welcome to Mercat", "a stranger's name is no subject");
  if (!is_presentable(name))
    promise(letter.text.starts_with("Hello,"), "a name that sells something is left out");
  check(letter);
  const std::string token{from.rest()};
  const auto reset = reset_mail({to, name, token, now}, shop, event_id, now);
  promise(reset.html.find(std::string_view{"<script"}) == std::string::npos, "no markup comes into a mail");
  check(reset);
}

void ordered(input from) {
  order_summary order;
  order.order_id = from.field(separator);
  order.reason = from.field(separator);
  order.currency = "EUR";
  while (!from.rest().empty() && order.items.size() < 20) {
    ordered_item item;
    item.name = from.field(separator);
    for (const char c : item.name) item.price.minor_units = item.price.minor_units * 31 % 1'000'000'007 + c;
    item.quantity = from.kind();
    item.total = item.price * item.quantity;
    order.items.push_back(std::move(item));
  }
  for (const auto news : {order_news::confirmed, order_news::refused, order_news::cancelled}) {
    const auto letter = order_mail(news, order, "a@b.test", shop, event_id, now);
    promise(letter.html.find("<script") == std::string::npos && letter.html.find("<img") == std::string::npos,
            "no markup comes into a mail");
    check(letter);
  }
}

void talked(input from) {
  smtp_conversation talk;
  while (!from.rest().empty()) {
    if (from.kind() == '>')
      talk.said(from.field());
    else
      talk.heard(from.field());
    promise(talk.reply() >= 0 && talk.reply() <= 999, "a reply has three digits");
    promise(!(talk.refused_for_good() && talk.postponed()), "what is refused for good is not tried later");
  }
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat::fuzz;
  input from(data, size);
  switch (from.kind()) {
    case 'w':
      greeted(from);
      return 0;
    case 'o':
      ordered(from);
      return 0;
    case 't':
      talked(from);
      return 0;
    default:
      composed(from);
      return 0;
  }
}
