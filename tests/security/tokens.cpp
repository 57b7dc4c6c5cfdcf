#include "tests/security/tokens.hpp"

#include "common/auth/base64url.hpp"
#include "common/auth/hmac.hpp"
#include "common/json/document.hpp"
#include "tests/e2e/shop.hpp"

namespace mercat::security {

namespace {

members members_of(std::string_view encoded) {
  const auto document = json::document::parse(auth::from_base64url(encoded).value());
  members all;
  for (const auto& each : document.root().GetObject()) {
    json::writer out;
    each.value.Accept(out);
    all[each.name.GetString()] = out.take();
  }
  return all;
}

}  // namespace

token_parts parts_of(std::string_view token) {
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  return {members_of(token.substr(0, first)), members_of(token.substr(first + 1, second - first - 1))};
}

std::string object_of(const members& all) {
  std::string text = "{";
  for (const auto& [name, value] : all) text += (text.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  return text + "}";
}

members with(members all, const std::string& name, const std::string& json) {
  all[name] = json;
  return all;
}

members without(members all, const std::string& name) {
  all.erase(name);
  return all;
}

std::string secret() {
  return e2e::variable("MERCAT_JWT_SECRET");
}

std::string signed_text(const std::string& covered, std::string_view secret) {
  const auto mac = auth::hmac_sha256(secret).of(covered);
  return covered + "." + auth::base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string sign(std::string_view header, std::string_view claims, std::string_view secret) {
  return signed_text(auth::base64url(header) + "." + auth::base64url(claims), secret);
}

}  // namespace mercat::security
