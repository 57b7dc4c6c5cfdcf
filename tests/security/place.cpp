#include "tests/security/place.hpp"

#include "tests/e2e/shop.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace mercat::security {

namespace {

place edge() {
  place made{"edge", "/api", false, {}};
  const auto url = e2e::url();
  made.tls = url.starts_with("https:");
  const auto colon = url.rfind(':');
  made.ports.push_back(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1))));
  return made;
}

std::vector<place> find_all() {
  std::vector<place> found{edge()};
  for (const auto* name : {"bff-web", "bff-mobile", "customer", "products", "shopping"}) {
    place each{name, std::string_view{name}.starts_with("bff") ? "/api" : "", false, {}};
    for (const auto& replica : e2e::replicas_of(name)) each.ports.push_back(replica.port);
    if (each.ports.empty()) throw std::runtime_error(std::string("no replica of ") + name);
    found.push_back(std::move(each));
  }
  return found;
}

std::string_view owner_of(std::string_view path) {
  static const std::map<std::string_view, std::string_view> owners{
      {"signup", "customer"},     {"login", "customer"},     {"token", "customer"},
      {"logout", "customer"},     {"profile", "customer"},   {"password", "customer"},
      {"addresses", "customer"},  {"customers", "customer"}, {"products", "products"},
      {"categories", "products"}, {"cart", "shopping"},      {"wishlist", "shopping"},
      {"orders", "shopping"},     {"admin", "shopping"}};
  const auto first = path.substr(1, path.find_first_of("/?", 1) - 1);
  const auto known = owners.find(first);
  return known == owners.end() ? std::string_view{} : known->second;
}

}  // namespace

const std::vector<place>& places() {
  static const std::vector<place> all = find_all();
  return all;
}

const place& the(std::string_view name) {
  const auto found = std::ranges::find(places(), name, &place::name);
  if (found == places().end()) throw std::logic_error("no place " + std::string(name));
  return *found;
}

std::vector<place> places_of(std::string_view path) {
  auto found = places();
  const auto owner = owner_of(path);
  std::erase_if(found, [&](const place& each) { return each.is_service() && each.name != owner; });
  return found;
}

}  // namespace mercat::security
