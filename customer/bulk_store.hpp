// Many rows at once, for demo data. As store.hpp.
#pragma once

#include "common/db/session.hpp"
#include "customer/account.hpp"
#include "customer/address.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mercat::customer::store {

// Ids of the accounts whose e-mail key lies between these, ends included.
[[nodiscard]] std::map<std::string, std::int64_t> ids_between(db::session& s, std::string_view first_key,
                                                              std::string_view last_key);
// None of them may be taken.
void insert_all(db::session& s, const std::vector<registration>& wanted);
void add_addresses(db::session& s, const std::vector<std::pair<std::int64_t, postal_address>>& of_customers);

}  // namespace mercat::customer::store
