// The settings of everything that checks or issues access tokens.
#pragma once

#include "common/auth/token.hpp"
#include "common/config/environment.hpp"

#include <sstream>
#include <string>

namespace mercat::auth {

// Declares MERCAT_JWT_*. The first key signs; the previous one is only accepted, while keys are rotated.
inline token_rules declare_tokens(config::environment& env) {
  token_rules rules;
  rules.keys.push_back({env.text("MERCAT_JWT_KID", "1", "id of the signing key, the header's kid"),
                        env.secret("MERCAT_JWT_SECRET", 32, "HMAC key of access tokens")});
  const auto previous_id = env.text("MERCAT_JWT_PREVIOUS_KID", "0", "id of the previous key");
  if (auto previous = env.optional_secret("MERCAT_JWT_PREVIOUS_SECRET", 32, "previous key, still accepted"))
    rules.keys.push_back({previous_id, *previous});
  rules.issuer = env.text("MERCAT_JWT_ISSUER", rules.issuer, "claim iss");
  rules.audience = env.text("MERCAT_JWT_AUDIENCE", rules.audience, "claim aud");
  std::istringstream subjects(env.text("MERCAT_JWT_SUBJECTS", "",
                                       "customer ids that may enter, separated by commas; empty: everyone"));
  for (std::string each; std::getline(subjects, each, ',');)
    if (!each.empty()) rules.allowed_subjects.push_back(each);
  return rules;
}

}  // namespace mercat::auth
