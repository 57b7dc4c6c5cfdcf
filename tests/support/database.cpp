#include "tests/support/database.hpp"

#include "common/db/connection.hpp"
#include "common/uuid.hpp"

#include <cstdlib>
#include <stdexcept>

namespace mercat::test {

namespace {

std::string required(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    throw std::runtime_error(std::string(name) +
                             " is not set: this test needs a real MariaDB, run it with ./mercat test");
  }
  return value;
}

db::connect_options root(const std::string& schema) {
  db::connect_options options;
  options.address = "unix://" + required("MERCAT_DB_SOCKET");
  options.user = required("MERCAT_DB_ROOT_USER");
  options.password = required("MERCAT_DB_ROOT_PASSWORD");
  options.schema = schema;
  options.socket_timeout = std::chrono::seconds{60};
  options.statement_limit = std::chrono::milliseconds{0};
  return options;
}

void run_as_root(const std::string& schema, log::logger& logger,
                 const std::function<void(db::connection&)>& work) {
  const db::driver_thread driver;
  try {
    db::connection link{root(schema), logger};
    link.begin(db::unit::transaction, async::deadline{async::deadline::clock::time_point::max()});
    work(link);
  } catch (const db::lost_connection&) {
    throw std::runtime_error("the MariaDB of the tests cannot be reached: " + db::connection::last_failure());
  }
}

}  // namespace

scratch_schema::scratch_schema() {
  const auto id = uuid_v7();
  options_.socket = required("MERCAT_DB_SOCKET");
  // From the end of the id: its beginning is the time, the same for two tests that start together.
  options_.schema = options_.user = "mercat_test_" + id.substr(24);
  options_.password = id;
  run_as_root("", quiet_, [&](db::connection& link) {
    const auto user = "'" + options_.user + "'@'localhost'";
    link.run_text("CREATE SCHEMA " + options_.schema);
    link.run_text("CREATE USER " + user + " IDENTIFIED BY '" + options_.password + "'");
    link.run_text("GRANT ALL ON " + options_.schema + ".* TO " + user);
  });
}

scratch_schema::~scratch_schema() {
  try {
    run_as_root("", quiet_, [&](db::connection& link) {
      link.run_text("DROP SCHEMA " + options_.schema);
      link.run_text("DROP USER '" + options_.user + "'@'localhost'");
    });
  } catch (const std::exception&) {
    // A test that stopped the server for good has nothing to drop.
  }
}

db::pool_options scratch_schema::options(std::chrono::milliseconds time_limit) const {
  auto patient = options_;
  patient.time_limit = time_limit;
  return patient;
}

void scratch_schema::as_root(const std::function<void(db::session&)>& work) {
  run_as_root(options_.schema, quiet_, [&](db::connection& link) { work(link); });
}

bool another_is_at(db::session& holder, const std::string& statement) {
  return !holder
              .query(
                  "SELECT id FROM information_schema.processlist "
                  "WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE ?",
                  statement)
              .empty();
}

}  // namespace mercat::test
