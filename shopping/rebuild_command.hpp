// `shopping rebuild-replica`: makes the product replica equal to products' data, while the service runs.
#pragma once

#include "shopping/settings.hpp"

namespace mercat::shopping {

// Prints how far it is. Throws when products or the database stays away, or another build goes on, for 60 s.
void rebuild_replica(const settings& configured);

}  // namespace mercat::shopping
