#include "tests/e2e/databases.hpp"

#include "tests/e2e/shop.hpp"

namespace mercat::e2e {

namespace {

db::pool_options administrator() {
  db::pool_options to;
  to.socket = variable("MERCAT_DB_SOCKET");
  to.schema = "mercat_shopping";
  to.user = variable("MERCAT_DB_ROOT_USER");
  to.password = variable("MERCAT_DB_ROOT_PASSWORD");
  to.threads = 1;
  return to;
}

}  // namespace

databases::databases() : pool_(administrator(), logger_, metrics_) {}

std::vector<std::string> databases::texts(const std::string& sql) {
  std::vector<std::string> found;
  pool_.run_blocking([&](db::session& s) {
    for (auto& row : s.query(sql)) found.push_back(row.take_text(0));
  });
  return found;
}

std::int64_t databases::number(const std::string& sql) {
  std::int64_t found = 0;
  pool_.run_blocking([&](db::session& s) { found = s.query(sql).front().integer(0); });
  return found;
}

void databases::execute(const std::string& sql) {
  pool_.run_blocking([&](db::session& s) { s.execute(sql); });
}

}  // namespace mercat::e2e
