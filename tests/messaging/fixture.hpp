// A scratch schema with outbox and inbox, a pool and a loop.
#pragma once

#include "messaging/migrations.hpp"
#include "tests/db/fixture.hpp"

namespace mercat::test {

struct with_tables : with_database {
  with_tables() {
    db::migrate(*database, tables::migrations(), 20s, logger);
    run("CREATE TABLE effect (message_id VARCHAR(64), data LONGTEXT)");
  }
  std::int64_t waiting() { return count("SELECT COUNT(*) FROM outbox"); }
  std::int64_t effects() { return count("SELECT COUNT(*) FROM effect"); }
};

}  // namespace mercat::test
