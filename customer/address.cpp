#include "customer/address.hpp"

#include "common/utf8.hpp"
#include "customer/text_rules.hpp"

#include <utility>

namespace mercat::customer {

namespace {

void check(std::vector<violation>& wrong, const char* pointer, std::string_view text, std::size_t most) {
  if (auto fault = fault_of(text, most)) {
    wrong.push_back({pointer, std::move(*fault)});
  } else if (is_blank(text)) {
    wrong.push_back({pointer, "must not be blank"});
  }
}

}  // namespace

postal_address checked(postal_address given) {
  std::vector<violation> wrong;
  check(wrong, "/street", given.street, 200);
  check(wrong, "/city", given.city, 100);
  if (given.state && is_blank(*given.state)) given.state.reset();
  if (given.state) check(wrong, "/state", *given.state, 100);
  check(wrong, "/postalCode", given.postal_code, 20);
  check(wrong, "/country", given.country, 100);
  if (!wrong.empty()) throw refused(std::move(wrong));
  return given;
}

error address_not_found() {
  return {fault::not_found, "address-not-found", "you have no such address"};
}

error too_many_addresses() {
  return {fault::conflict, "too-many-addresses",
          "you have " + std::to_string(most_addresses) + " addresses; remove one first"};
}

}  // namespace mercat::customer
