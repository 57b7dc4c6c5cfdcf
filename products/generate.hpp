// Makes demo products (demo_product.hpp), for a shop of any size in development: sku GEN-0000001 and so on.
// Repeatable: a product whose sku is known is left as it is. New ones are announced by events like those that
// the staff add, which a running service sends: it waits while too many of them are unsent.
#pragma once

#include "products/settings.hpp"

namespace mercat::products {

// Prints how far it is. Throws when nobody sends the events.
void generate(const settings& configured);

}  // namespace mercat::products
