// wire: one connection to a place that carries exactly the bytes it is given, wrong ones too, with TLS where
// the place speaks it (the certificate is checked against MERCAT_TLS_CA). Each comes from a loopback address
// of its own, so that the limits per address do not mix with what a case tries. Blocking, with a limit on
// every wait; for one thread.
#pragma once

#include "tests/e2e/browser.hpp"
#include "tests/security/place.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mercat::security {

class wire {
 public:
  // port 0: the next replica's. Throws std::runtime_error when nobody answers there.
  explicit wire(const place& to, std::uint16_t port = 0);
  ~wire();
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;

  // What the other side has closed already is not an error: that is for the reading side to find out.
  void send(std::string_view bytes);
  // Nothing more will be sent.
  void half_close();

  // The next answer, interim ones (1xx) left out; nothing when the connection ends or the limit passes first.
  [[nodiscard]] std::optional<e2e::answer> read(bool head = false,
                                                std::chrono::milliseconds limit = std::chrono::seconds(15));
  // The other side ends the connection within the limit; true only when nothing unread came before.
  [[nodiscard]] bool ended(std::chrono::milliseconds limit);
  // Nothing comes, and the connection stays, for this long.
  [[nodiscard]] bool silent(std::chrono::milliseconds limit);

 private:
  struct socket;
  enum class arrival { bytes, end, nothing };
  arrival more(std::chrono::steady_clock::time_point until);

  std::unique_ptr<socket> socket_;
  std::string buffer_;
};

}  // namespace mercat::security
