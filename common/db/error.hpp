// What the database can answer instead of rows. All are mercat::error, so an uncaught one becomes the right
// problem.
#pragma once

#include "common/error.hpp"

namespace mercat::db {

// 1062. The store turns it into its own error (`email-taken`). key: the name of the unique index.
class duplicate_key : public error {
 public:
  explicit duplicate_key(std::string key_name)
      : error(fault::already_exists, "already-exists", "such an entry exists already"),
        key(std::move(key_name)) {}
  std::string key;
};

// 1213, 1205, 3024/1969 (statement time), 1020: the transaction was rolled back, another attempt may succeed.
class transient : public error {
 public:
  explicit transient(std::string detail) : error(fault::unavailable, "database-busy", std::move(detail)) {}
};

// 2002, 2006, 2013, 1927, …: the connection is gone. Nothing was committed, unless it is a commit_unknown.
class lost_connection : public error {
 public:
  lost_connection() : error(fault::unavailable, "database-unavailable", "the database cannot be reached") {}
};

// The connection went while COMMIT was on its way: the outcome must be read back by key, never repeated
// blindly.
class commit_unknown : public error {
 public:
  commit_unknown()
      : error(fault::too_slow, "outcome-unknown", "the database did not confirm; look before you repeat") {}
};

// 1366, 1406, 1264, 4025, 3819 …: the data does not fit the column.
class bad_data : public error {
 public:
  bad_data() : error(fault::malformed, "value-not-storable", "a value does not fit") {}
};

}  // namespace mercat::db
