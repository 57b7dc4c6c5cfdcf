// Mails as they go on the wire: correct for any text, and nothing from outside adds a header, recipient or
// part.
#include "common/error.hpp"
#include "crm-mailer/mail.hpp"
#include "crm-mailer/mail_template.hpp"
#include "crm-mailer/messages.hpp"
#include "crm-mailer/welcome.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mercat;
using namespace mercat::crm_mailer;

namespace {

constexpr auto event_id = "0198c0de-0000-7000-8000-000000000001";

mail plain_mail() {
  mail letter;
  letter.from = mailbox::parse("Mercat <shop@mercat.test>");
  letter.to = "ada@example.org";
  letter.message_id = std::string(event_id) + "@mercat.test";
  letter.subject = "Welcome";
  letter.text = "Hello\n";
  letter.html = "<p>Hello</p>\n";
  letter.date = std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + std::chrono::hours{23};
  return letter;
}

letterhead shop() {
  return {mailbox::parse("Mercat <shop@mercat.test>"), "mercat.test", "http://localhost:8080/"};
}

std::string unbase64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  BOOST_REQUIRE(length >= 0);
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

// CRLF lines; fails on a bare CR or LF.
std::vector<std::string> lines_of(const std::string& message) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < message.size();) {
    const auto end = message.find("\r\n", at);
    BOOST_REQUIRE(end != std::string::npos);
    lines.push_back(message.substr(at, end - at));
    BOOST_REQUIRE(lines.back().find_first_of("\r\n") == std::string::npos);
    at = end + 2;
  }
  return lines;
}

// Names and unfolded values of the header block.
std::vector<std::pair<std::string, std::string>> headers_of(const std::string& message) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& line : lines_of(message)) {
    if (line.empty()) break;
    if (line.front() == ' ') {
      headers.back().second += line;
    } else {
      const auto colon = line.find(':');
      BOOST_REQUIRE(colon != std::string::npos);
      auto value = line.substr(colon + 1);
      headers.emplace_back(line.substr(0, colon), value.starts_with(' ') ? value.substr(1) : value);
    }
  }
  return headers;
}

std::string header(const std::string& message, std::string_view name) {
  for (const auto& [each, value] : headers_of(message))
    if (each == name) return value;
  return "(absent)";
}

std::string decoded_words(const std::string& value) {
  std::istringstream words(value);
  std::string out;
  for (std::string word; words >> word;) {
    BOOST_TEST(word.size() <= 75U);
    BOOST_REQUIRE(word.starts_with("=?UTF-8?B?"));
    BOOST_REQUIRE(word.ends_with("?="));
    const auto bytes = unbase64(word.substr(10, word.size() - 12));
    BOOST_TEST((static_cast<unsigned char>(bytes.front()) & 0xc0U) !=
               0x80U);  // begins with a whole character
    out += bytes;
  }
  return out;
}

// Decoded content of the two parts.
std::vector<std::string> parts_of(const std::string& message) {
  std::vector<std::string> parts;
  const std::string marker = "Content-Transfer-Encoding: base64\r\n\r\n";
  for (auto at = message.find(marker); at != std::string::npos; at = message.find(marker, at + 1)) {
    std::string encoded;
    std::istringstream lines(message.substr(at + marker.size()));
    for (std::string line; std::getline(lines, line) && line != "\r";)
      encoded += line.substr(0, line.size() - 1);
    parts.push_back(unbase64(encoded));
  }
  return parts;
}

void check_wire_form(const std::string& message) {
  for (const auto& line : lines_of(message)) {
    BOOST_TEST(line.size() <= 78U);
    BOOST_TEST(!line.starts_with('.'));
    for (const char c : line) BOOST_REQUIRE((c >= ' ' && c <= '~'));
  }
}

const std::vector<std::string> expected_headers{
    "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"};

void check_header_names(const std::string& message) {
  std::vector<std::string> names;
  for (const auto& each : headers_of(message)) names.push_back(each.first);
  BOOST_TEST(names == expected_headers, boost::test_tools::per_element());
}

messaging::event event_with(std::string data) {
  return {event_id, "customer.signed-up", std::move(data), ""};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_mail_has_both_parts_and_its_headers) {
  const auto message = compose(plain_mail());
  check_wire_form(message);
  check_header_names(message);
  BOOST_TEST(header(message, "Date") == "Sat, 31 Jan 2026 23:00:00 +0000");
  BOOST_TEST(header(message, "From") == "\"Mercat\" <shop@mercat.test>");
  BOOST_TEST(header(message, "To") == "ada@example.org");
  BOOST_TEST(header(message, "Subject") == "Welcome");
  BOOST_TEST(header(message, "Message-ID") == "<0198c0de-0000-7000-8000-000000000001@mercat.test>");
  BOOST_TEST(header(message, "Content-Type").starts_with("multipart/alternative;"));
  const std::vector<std::string> parts{"Hello\r\n", "<p>Hello</p>\r\n"};
  BOOST_TEST(parts_of(message) == parts, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_long_subject_of_any_alphabet_is_folded_between_characters) {
  for (const std::string character : {"\xc3\xa9", "\xe6\x9d\x8e", "\xf0\x9f\x8d\x92"}) {
    auto letter = plain_mail();
    letter.subject = "x";
    for (int i = 0; i < 300; ++i) letter.subject += character;
    const auto message = compose(letter);
    check_wire_form(message);
    check_header_names(message);
    BOOST_TEST(decoded_words(header(message, "Subject")) == letter.subject);
  }
}

BOOST_AUTO_TEST_CASE(a_long_plain_subject_is_folded_too) {
  auto letter = plain_mail();
  letter.subject = std::string(500, 'x');
  const auto message = compose(letter);
  check_wire_form(message);
  BOOST_TEST(decoded_words(header(message, "Subject")) == letter.subject);
}

BOOST_AUTO_TEST_CASE(a_line_break_in_a_subject_adds_no_header) {
  auto letter = plain_mail();
  letter.subject = "Hi\r\nBcc: victim@example.org\r\n\r\nbody";
  const auto message = compose(letter);
  check_header_names(message);
  BOOST_TEST(header(message, "Subject") == "Hi  Bcc: victim@example.org    body");
}

BOOST_AUTO_TEST_CASE(text_that_looks_encoded_is_shown_as_written) {
  auto letter = plain_mail();
  letter.subject = "=?UTF-8?B?SGk=?=";
  BOOST_TEST(decoded_words(header(compose(letter), "Subject")) == letter.subject);
}

BOOST_AUTO_TEST_CASE(an_address_that_could_add_something_is_refused) {
  for (const std::string wrong :
       {"a@b.cd\r\nBcc: x@y.zz", "a@b.cd\nX: y", "a@b.cd,x@y.zz", "a@b.cd> NOTIFY=NEVER", "a b@c.de",
        "<a@b.cd>", "", "@b.cd", "a@", "a@b@c.de", "-oQ/tmp@x.cd", "j\xc3\xb6rg@b.cd"}) {
    auto letter = plain_mail();
    letter.to = wrong;
    BOOST_CHECK_EXCEPTION(static_cast<void>(compose(letter)), error, [](const error& failure) {
      return failure.kind() == fault::malformed && failure.slug() == "bad-address";
    });
  }
  auto letter = plain_mail();
  letter.to = std::string("a\0@b.cd", 7);
  BOOST_CHECK_THROW(static_cast<void>(compose(letter)), error);
}

BOOST_AUTO_TEST_CASE(an_event_id_that_could_add_something_is_refused) {
  for (const std::string wrong :
       {"", "@mercat.test", "a@", "a\r\nX: y@mercat.test", "a>@mercat.test", "a b@c"}) {
    auto letter = plain_mail();
    letter.message_id = wrong;
    BOOST_CHECK_THROW(static_cast<void>(compose(letter)), error);
  }
}

BOOST_AUTO_TEST_CASE(long_addresses_and_ids_stay_within_the_line_limit) {
  auto letter = plain_mail();
  letter.to = std::string(64, 'a') + "@example.org";
  letter.from = {"Mercat, der Laden f\xc3\xbcr alles, was man so braucht und mehr", "shop@mercat.test"};
  check_wire_form(compose(letter));
}

BOOST_AUTO_TEST_CASE(a_display_name_is_quoted_or_encoded) {
  auto letter = plain_mail();
  letter.from.name = "Mercat \"The\" Shop, Inc.";
  BOOST_TEST(header(compose(letter), "From") == "\"Mercat \\\"The\\\" Shop, Inc.\" <shop@mercat.test>");
  letter.from.name = "M\xc3\xa9rcat";
  BOOST_TEST(header(compose(letter), "From") == "=?UTF-8?B?TcOpcmNhdA==?= <shop@mercat.test>");
}

BOOST_AUTO_TEST_CASE(a_dot_on_a_line_of_its_own_ends_no_mail) {
  auto letter = plain_mail();
  letter.text = "one\n.\ntwo\n..\n.three\n";
  const auto message = compose(letter);
  check_wire_form(message);
  BOOST_TEST(parts_of(message).front() == "one\r\n.\r\ntwo\r\n..\r\n.three\r\n");
}

BOOST_AUTO_TEST_CASE(a_value_is_never_markup) {
  BOOST_TEST(render_html("<p>{{x}}</p>", {{"x", "<img src='x' onerror=\"y\">&{{x}}"}}) ==
             "<p>&lt;img src=&#39;x&#39; onerror=&quot;y&quot;&gt;&amp;{{x}}</p>");
  BOOST_TEST(render_text("{{x}}!", {{"x", "a\r\nb"}}) == "a  b!");
}

BOOST_AUTO_TEST_CASE(a_template_with_an_unknown_value_is_our_bug) {
  BOOST_CHECK_THROW(static_cast<void>(render_text("{{x}}", {})), std::logic_error);
  BOOST_CHECK_THROW(static_cast<void>(render_text("{{x", {{"x", ""}})), std::logic_error);
}

BOOST_AUTO_TEST_CASE(the_welcome_mail_greets_by_name_in_both_parts_but_not_in_its_subject) {
  const auto letter = welcome({"ada@example.org", "Zo\xc3\xab O'Neil"}, shop(), event_id, {});
  const auto message = compose(letter);
  check_wire_form(message);
  const auto parts = parts_of(message);
  BOOST_REQUIRE(parts.size() == 2U);
  BOOST_TEST(parts[0].starts_with("Hello Zo\xc3\xab O'Neil,\r\n"));
  BOOST_TEST(parts[1].find("Hello Zo\xc3\xab O&#39;Neil,") != std::string::npos);
  BOOST_TEST(header(message, "Subject") == "Welcome to Mercat");
  BOOST_TEST(letter.message_id == std::string(event_id) + "@mercat.test");
}

BOOST_AUTO_TEST_CASE(a_name_that_carries_advertising_is_left_out) {
  for (const auto* spam : {"Win now http://x.example", "visit x.example now", "www.x.example",
                           "mail me@x.example", "x:y", "<b>"}) {
    const auto letter = welcome({"ada@example.org", spam}, shop(), event_id, {});
    BOOST_TEST(letter.subject == "Welcome to Mercat");
    BOOST_TEST(letter.text.starts_with("Hello,\n"));
    BOOST_TEST(letter.html.find(spam) == std::string::npos);
  }
  BOOST_TEST(is_presentable("J. R. Hartley jr."));
  BOOST_TEST(!is_presentable(""));
  BOOST_TEST(!is_presentable(std::string(121, 'x')));
}

BOOST_AUTO_TEST_CASE(a_signed_up_event_is_read_strictly) {
  const auto read = signed_up::read(event_with(R"({"customerId":7,"email":"a@b.cd","name":null,"more":1})"));
  BOOST_TEST(read.customer_id == 7);
  BOOST_TEST(read.who.email == "a@b.cd");
  BOOST_TEST(read.who.name == "");
  for (const auto* wrong :
       {"", "[]", "7", "{}", R"({"customerId":7})", R"({"customerId":"7","email":"a@b.cd"})",
        R"({"customerId":0,"email":"a@b.cd"})", R"({"customerId":7,"email":1})"})
    BOOST_CHECK_EXCEPTION(static_cast<void>(signed_up::read(event_with(wrong))), error,
                          [](const error& failure) { return failure.kind() == fault::malformed; });
}
