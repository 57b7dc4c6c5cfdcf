// recording_session: a database session without a database, for handlers of events. It answers some queries
// with one row that it is given, finds nothing for all others, changes one row with each statement, and
// checks what every statement must keep, whatever the event says.
#pragma once

#include "common/db/session.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mercat::fuzz {

class recording_session final : public db::session {
 public:
  using answer = std::pair<std::string_view, std::vector<db::row::cell>>;  // to queries that begin so
  explicit recording_session(std::vector<answer> answers) : answers_(std::move(answers)) {}

  std::vector<db::row> run_query(std::string_view sql, std::span<const db::parameter> args) override;
  std::uint64_t run_update(std::string_view sql, std::span<const db::parameter> args) override;
  std::int64_t last_id() override { return 1; }
  async::deadline until() const override;

 private:
  void check(std::string_view sql, std::span<const db::parameter> args);
  std::vector<answer> answers_;
  std::set<std::string, std::less<>> texts_;  // of all statements so far
};

}  // namespace mercat::fuzz
