#include "tests/e2e/signing_key.hpp"

#include "common/auth/base64url.hpp"
#include "common/json/document.hpp"
#include "tests/e2e/shop.hpp"

#include <sstream>
#include <stdexcept>

namespace mercat::e2e {

namespace {

// The secret is hexadecimal and the id a number: no quotes around them.
std::string assigned(const std::string& environment, const std::string& name) {
  std::istringstream lines(environment);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
  throw std::runtime_error("./mercat env prints no " + name);
}

}  // namespace

signing_key present_signing_key() {
  const auto environment = output_of("env");
  return {assigned(environment, "MERCAT_JWT_KID"), assigned(environment, "MERCAT_JWT_SECRET")};
}

std::string key_id_of(std::string_view token) {
  const auto header = auth::from_base64url(token.substr(0, token.find('.')));
  if (!header) throw std::runtime_error("this is no token");
  const auto parsed = json::document::parse(*header);
  return std::string(json::text(parsed.root(), "kid").value());
}

}  // namespace mercat::e2e
