// people: who tries the attacks: customers made by sign-up, and an administrator made as the shop's own
// command makes one.
#pragma once

#include <cstdint>
#include <string>

namespace mercat::security {

struct person {
  std::int64_t id = 0;
  std::string email;
  std::string password;
  std::string token;    // access token
  std::string refresh;  // refresh token
};

// Throw std::runtime_error when the shop refuses.
[[nodiscard]] person sign_up();
[[nodiscard]] person log_in(person who);
// One of each for the whole program: for what needs somebody, and does not change them.
[[nodiscard]] const person& a_customer();
[[nodiscard]] const person& an_admin();

// A product that only the caller knows of; more: further members of the body, with a comma in front.
[[nodiscard]] std::int64_t new_product(const std::string& more = {}, const std::string& price = "9.5");

}  // namespace mercat::security
