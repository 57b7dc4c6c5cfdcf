// tokens: access tokens taken apart, changed member by member and signed again, with the right secret or a
// wrong one.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace mercat::security {

// Members of a JSON object, each value as JSON text.
using members = std::map<std::string, std::string>;

struct token_parts {
  members header;
  members claims;
};

// Of a token that the shop has given.
[[nodiscard]] token_parts parts_of(std::string_view token);
[[nodiscard]] std::string object_of(const members& all);
[[nodiscard]] members with(members all, const std::string& name, const std::string& json);
[[nodiscard]] members without(members all, const std::string& name);

// MERCAT_JWT_SECRET: what the instance signs with.
[[nodiscard]] std::string secret();

// header and claims are any text; secret may be empty.
[[nodiscard]] std::string sign(std::string_view header, std::string_view claims, std::string_view secret);
// The first two parts as they are, and their signature.
[[nodiscard]] std::string signed_text(const std::string& covered, std::string_view secret);

}  // namespace mercat::security
