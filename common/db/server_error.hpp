// server_error: numbers of MariaDB's and its client library's errors, sorted by what a caller can do.
#pragma once

#include <string>

namespace mercat::db {

enum class server_error { duplicate, busy, statement_time, lost, bad_data, broken_reference, bug };

[[nodiscard]] server_error classify(int number) noexcept;

// The index in "Duplicate entry '…' for key 'customer.email'" -> "email". The entry is client data and may
// hold quotes: the key is what stands between the last two.
[[nodiscard]] std::string duplicate_key_name(const std::string& message);

}  // namespace mercat::db
