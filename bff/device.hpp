// device: how the answers for one kind of device differ from what the services say. The default one changes
// nothing.
#pragma once

#include "bff/shape.hpp"

namespace mercat::bff {

struct device {
  shape product_list;  // of {products:[…],…}: the catalogue, products by id, the wishlist
  shape customer;      // of a customer, one's own profile too
};

}  // namespace mercat::bff
