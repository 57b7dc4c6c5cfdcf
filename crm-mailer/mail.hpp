// mail: one e-mail and its form on the wire (RFC 5322, multipart/alternative with a text and an HTML part,
// UTF-8). Nothing that comes from outside can add a header, a recipient or a part: addresses and ids are
// checked, text in headers is encoded (RFC 2047), bodies are base64. No I/O in here.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace mercat::crm_mailer {

// An address with an optional display name (UTF-8).
struct mailbox {
  std::string name;
  std::string address;

  // "Mercat <shop@mercat.test>" or "shop@mercat.test". Throws error(fault::malformed, "bad-address").
  [[nodiscard]] static mailbox parse(std::string_view text);
};

struct mail {
  mailbox from;
  std::string to;          // the address alone
  std::string message_id;  // without <>; made from the event's id, so that a repeat can be recognised
  std::string subject;     // UTF-8, any length
  std::string text;        // UTF-8, lines ended by \n
  std::string html;        // UTF-8
  std::chrono::sys_seconds date{};
};

// Printable ASCII without spaces and <>()[],;:\" and with one @ inside, at most 254 bytes: safe in a header
// and in the SMTP envelope. (Whether it is a sensible address was decided when it was taken in.)
[[nodiscard]] bool is_safe_address(std::string_view address) noexcept;

// The whole message with CRLF line ends, no line over 78 bytes but one that a long address or id fills alone,
// ready for DATA but for dot-stuffing. Throws error(fault::malformed, "bad-address" or "bad-message-id").
[[nodiscard]] std::string compose(const mail& what);

// RFC 2047: as it is when short and plain, else encoded words that never split a character, folded after
// each. Control characters become spaces. header_name_length: of "Subject: ", what the first line has
// already.
[[nodiscard]] std::string encoded_header_text(std::string_view text, std::size_t header_name_length);

}  // namespace mercat::crm_mailer
