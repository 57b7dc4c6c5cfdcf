// What an SMTP server said last, and to what. libcurl's result does not tell a recipient refused for good
// from one to be tried later, and its response code may be that of QUIT. One mail each; not thread-safe.
#pragma once

#include <algorithm>
#include <string_view>

namespace mercat::crm_mailer {

class smtp_conversation {
 public:
  void said(std::string_view line) {
    if (line.starts_with("MAIL ")) at_ = stage::sender;
    if (line.starts_with("RCPT ")) at_ = stage::recipient;
    if (line.starts_with("DATA")) at_ = stage::content;
    if (line.starts_with("QUIT")) at_ = stage::leaving;
  }

  void heard(std::string_view line) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (at_ == stage::leaving || line.size() < 3 || !std::ranges::all_of(line.substr(0, 3), is_digit)) return;
    reply_ = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    replied_at_ = at_;
    about_its_system_ = line.substr(4 <= line.size() ? 4 : line.size()).starts_with("4.3.");  // RFC 3463
  }

  // The last reply before QUIT; 0: none.
  [[nodiscard]] int reply() const noexcept { return reply_; }

  // A 5xx to this mail. One to the greeting, the log-in or our own sender is about us: it would hit every
  // mail, and is mended by configuration.
  [[nodiscard]] bool refused_for_good() const noexcept {
    constexpr int too_large = 552;  // possible in answer to MAIL already, which announces the size
    return reply_ >= 500 && (of_this_mail() || reply_ == too_large);
  }

  // A 4xx to this mail (greylisting, a full mailbox, a domain that cannot be found): another one may go
  // through. Not one that says the server itself is leaving or in trouble.
  [[nodiscard]] bool postponed() const noexcept {
    constexpr int leaving = 421;
    return reply_ >= 400 && reply_ < 500 && reply_ != leaving && of_this_mail() && !about_its_system_;
  }

 private:
  enum class stage { opening, sender, recipient, content, leaving };

  [[nodiscard]] bool of_this_mail() const noexcept {
    return replied_at_ == stage::recipient || replied_at_ == stage::content;
  }

  stage at_ = stage::opening;
  stage replied_at_ = stage::opening;
  int reply_ = 0;
  bool about_its_system_ = false;
};

}  // namespace mercat::crm_mailer
