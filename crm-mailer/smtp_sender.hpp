// smtp_sender: hands mails to an SMTP server, by libcurl on a few threads of its own, each keeping one
// connection. Bounded; thread-safe. Await on an executor only.
//
// A mail is lost to nobody's fault but its own: everything that can pass (not reachable, 4xx, a refused
// log-in, our own sender refused) is fault::unavailable "mail-unavailable" or fault::too_slow "mail-timeout",
// and only a 5xx to the recipient or to the content is fault::malformed "mail-refused". A 4xx to them, that
// is to this mail while others may pass, is fault::unavailable "mail-postponed"; one that speaks of the
// server itself (421, status 4.3.x) is "mail-unavailable".
#pragma once

#include "common/async/deadline.hpp"
#include "common/async/task.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"
#include "crm-mailer/mail.hpp"

#include <memory>
#include <string>

namespace mercat::crm_mailer {

enum class encryption { never, if_offered, required };  // of smtp:// by STARTTLS; smtps:// always is

struct smtp_options {
  std::string url;  // smtp://host:port or smtps://host:port
  std::string user;
  std::string password;
  encryption tls = encryption::required;
  std::size_t connections = 2;
  std::size_t max_queued = 64;
};

class smtp_sender {
 public:
  // libcurl must be set up globally (lifecycle::run does).
  smtp_sender(smtp_options options, log::logger& logger, metrics::registry& metrics);
  ~smtp_sender();  // what is under way or queued fails with fault::unavailable

  // Returns once the server has taken the mail over. Throws as above; the outcome of a time-out is unknown,
  // and a repeat carries the same Message-ID.
  [[nodiscard]] async::task<void> send(mail what, async::deadline until);

  // Did the last attempt reach the server? For /ready.
  [[nodiscard]] bool reachable() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::crm_mailer
