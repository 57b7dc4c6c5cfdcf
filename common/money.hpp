// money: an amount in the minor units of the one shop currency (cents). Never a double. Arithmetic that would
// overflow throws std::overflow_error.
#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>

namespace mercat {

struct money {
  std::int64_t minor_units = 0;

  friend auto operator<=>(const money&, const money&) = default;

  friend money operator+(money left, money right) {
    money sum;
    if (__builtin_add_overflow(left.minor_units, right.minor_units, &sum.minor_units))
      throw std::overflow_error("an amount is too large");
    return sum;
  }
  friend money operator*(money price, std::int64_t quantity) {
    money product;
    if (__builtin_mul_overflow(price.minor_units, quantity, &product.minor_units))
      throw std::overflow_error("an amount is too large");
    return product;
  }
};

}  // namespace mercat
