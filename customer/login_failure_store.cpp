#include "customer/login_failure_store.hpp"

namespace mercat::customer::store {

namespace {

failed_guesses known_from(const std::optional<db::row>& row) {
  if (!row) return {};
  return {row->integer(0), std::chrono::milliseconds{row->integer(1)}};
}

}  // namespace

failed_guesses failures_of(db::session& s, const guess& tried) {
  return known_from(s.query_one(
      "SELECT failures, TIMESTAMPDIFF(MICROSECOND, failed_at, UTC_TIMESTAMP(6)) DIV 1000 FROM login_failure "
      "WHERE account = ? AND network = ? AND failed_at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR",
      tried.account, tried.network));
}

// The row is made first: to lock one that is not there would lock the gap, and two who hold it and then
// insert wait for each other.
failed_guesses lock_failures(db::session& s, const guess& tried) {
  s.execute(
      "INSERT INTO login_failure (account, network, failures, failed_at) "
      "VALUES (?, ?, 0, UTC_TIMESTAMP(6)) ON DUPLICATE KEY UPDATE failures = failures",
      tried.account, tried.network);
  return known_from(
      s.query_one("SELECT IF(failed_at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR, failures, 0), "
                  "TIMESTAMPDIFF(MICROSECOND, failed_at, UTC_TIMESTAMP(6)) DIV 1000 FROM login_failure "
                  "WHERE account = ? AND network = ? FOR UPDATE",
                  tried.account, tried.network));
}

void add_failure(db::session& s, const guess& tried, const failed_guesses& known) {
  s.execute(
      "UPDATE login_failure SET failures = ?, failed_at = UTC_TIMESTAMP(6) WHERE account = ? AND network = ?",
      known.count + 1, tried.account, tried.network);
}

void forget_failures(db::session& s, const guess& tried) {
  s.execute("DELETE FROM login_failure WHERE account = ? AND network = ?", tried.account, tried.network);
}

// By key and in the order of the key, so that two who do this do not wait for each other. Asked again of each
// row: it may have been renewed since it was read.
void forget_old_failures(db::session& s) {
  for (const auto& row :
       s.query("SELECT account, network FROM (SELECT account, network FROM login_failure WHERE failed_at < "
               "UTC_TIMESTAMP(6) - INTERVAL 1 HOUR ORDER BY failed_at LIMIT 20) AS oldest "
               "ORDER BY account, network"))
    s.execute(
        "DELETE FROM login_failure WHERE account = ? AND network = ? AND "
        "failed_at < UTC_TIMESTAMP(6) - INTERVAL 1 HOUR",
        row.text(0), row.text(1));
}

}  // namespace mercat::customer::store
