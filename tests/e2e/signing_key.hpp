// The key that signs access tokens now, for tests that make tokens of their own. Asked of `./mercat env` each
// time: a rotation changes it, and what stood in the environment when the tests began is good no more.
#pragma once

#include <string>
#include <string_view>

namespace mercat::e2e {

struct signing_key {
  std::string id;  // kid
  std::string secret;
};
[[nodiscard]] signing_key present_signing_key();

// The kid in the header of a token; throws when there is none.
[[nodiscard]] std::string key_id_of(std::string_view token);

}  // namespace mercat::e2e
