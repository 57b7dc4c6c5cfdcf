// What the database can answer instead of rows. All are mercat::error, so an uncaught one becomes the right
// problem. Anything else the server refuses is our bug: fault::internal, with the server's number in the log.
#pragma once

#include "common/error.hpp"

#include <string>

namespace mercat::db {

// 1062. The store turns it into its own error (`email-taken`). key: the name of the unique index. The
// transaction goes on: only the statement was undone.
class duplicate_key : public error {
 public:
  explicit duplicate_key(std::string key_name)
      : error(fault::already_exists, "already-exists", "such an entry exists already"),
        key(std::move(key_name)) {}
  std::string key;
};

// 1213, 1205, 1317, 1020, …: the transaction was rolled back, another attempt may succeed.
class transient : public error {
 public:
  explicit transient(std::string detail) : error(fault::unavailable, "database-busy", std::move(detail)) {}
};

// The deadline passed, in the queue or in the middle (1969: the server's own statement limit). Nothing was
// committed.
class too_slow : public error {
 public:
  too_slow() : error(fault::too_slow, "database-too-slow", "the database did not answer in time") {}
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

// 1451, 1452: a foreign key points, or would point, to nothing.
class broken_reference : public error {
 public:
  broken_reference()
      : error(fault::conflict, "broken-reference",
              "what this refers to, or what refers to it, stands against it") {}
};

}  // namespace mercat::db
