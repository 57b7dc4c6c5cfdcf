// The table of letters: how many mails that anybody can cause an address got within the last hour, whatever
// became of its account. As store.hpp. Times are the database's own, which all replicas share. The count is
// exact for who holds the row of the customer who has the address.
#pragma once

#include "common/db/session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mercat::customer::store {

enum class letter { welcome, reset };

// How long until there are fewer than `most` of an hour; none: there are. account: hash_of() an address.
[[nodiscard]] std::optional<std::chrono::milliseconds> wait_for_letter(db::session& s,
                                                                       const std::string& account,
                                                                       letter kind, std::int64_t most);
[[nodiscard]] bool had_letter_within(db::session& s, const std::string& account, letter kind,
                                     std::chrono::minutes time);
void add_letter(db::session& s, const std::string& account, letter kind);
// A bounded number of those an hour old.
void forget_letters(db::session& s);

}  // namespace mercat::customer::store
