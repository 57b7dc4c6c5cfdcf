// What every program about access tokens does: show a token at a protected address of each place; and a
// listener that notices when somebody follows an address out of a request.
#pragma once

#include "tests/security/group.hpp"
#include "tests/security/people.hpp"
#include "tests/security/tokens.hpp"

#include <cstdint>
#include <string>

namespace mercat::security {

inline constexpr const char* refused = "401 token-invalid";
inline constexpr const char* expired = "401 token-expired";
inline constexpr const char* accepted = "200";

// A path that looks at the token: protected where there is one, public at products (a bad token is 401 there,
// too).
[[nodiscard]] std::string path_with_token(const place& where);

// Each token at all six places, as "Authorization: Bearer <token>".
void try_bearer(group& into, const std::string& name, const std::string& expected, const std::string& token);
// The same with the header's whole value; at_edge: where nginx decides before anybody looks at the token.
void try_authorization(group& into, const std::string& name, const std::string& expected,
                       const std::string& value, const std::string& at_edge = {});

// Counts who connects. Nobody should.
class listener {
 public:
  listener();
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] int calls();

 private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
  int calls_ = 0;
};

}  // namespace mercat::security
