// Loads a catalogue file:
// {"currency","products":[{sku,name,description,type,unit,price,quantity,available,supplier,banner}]}, each
// product as POST /products takes it. Repeatable: a product whose sku is known is left as it is. New ones are
// announced by events, like those that the staff add.
#pragma once

#include "products/settings.hpp"

namespace mercat::products {

// Prints what it did. Throws when the file cannot be read or does not fit.
void seed(const settings& configured);

}  // namespace mercat::products
