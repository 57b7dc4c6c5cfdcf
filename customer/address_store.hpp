// The table of addresses. As store.hpp; who changes an address has locked its customer before.
#pragma once

#include "common/db/session.hpp"
#include "customer/address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace mercat::customer::store {

// By id. Null: there is no such customer (any more). One statement: one moment.
[[nodiscard]] std::optional<std::vector<address>> find_addresses(db::session& s, std::int64_t customer);

[[nodiscard]] std::size_t count_addresses(db::session& s, std::int64_t customer);
// The new address's id.
[[nodiscard]] std::int64_t add_address(db::session& s, std::int64_t customer, const postal_address& where);
// False: this customer has no such address.
[[nodiscard]] bool replace_address(db::session& s, std::int64_t customer, std::int64_t id,
                                   const postal_address& where);
[[nodiscard]] bool remove_address(db::session& s, std::int64_t customer, std::int64_t id);
void remove_addresses(db::session& s, std::int64_t customer);

// Of the columns id, street, city, state, postal_code, country from `first` on; null when the id is.
[[nodiscard]] std::optional<address> address_of(db::row& row, std::size_t first);

}  // namespace mercat::customer::store
