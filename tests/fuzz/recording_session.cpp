#include "tests/fuzz/recording_session.hpp"

#include "common/utf8.hpp"
#include "tests/fuzz/promise.hpp"

#include <algorithm>

namespace mercat::fuzz {

namespace {

// Far more than there are in one service, and few for texts that would grow from input.
constexpr std::size_t most_texts = 500;

}  // namespace

std::vector<db::row> recording_session::run_query(std::string_view sql, std::span<const db::parameter> args) {
  check(sql, args);
  std::vector<db::row> rows;
  const auto known =
      std::ranges::find_if(answers_, [&](const answer& each) { return sql.starts_with(each.first); });
  if (known != answers_.end()) rows.emplace_back(known->second);
  return rows;
}

std::uint64_t recording_session::run_update(std::string_view sql, std::span<const db::parameter> args) {
  check(sql, args);
  return 1;
}

async::deadline recording_session::until() const {
  return async::deadline::in(std::chrono::milliseconds{1000});
}

void recording_session::check(std::string_view sql, std::span<const db::parameter> args) {
  const auto marks = static_cast<std::size_t>(std::ranges::count(sql, '?'));
  promise(marks == args.size(), "a statement has one ? for each value");
  if (texts_.find(sql) == texts_.end()) texts_.emplace(sql);
  promise(texts_.size() <= most_texts, "the text of a statement is not made from input");
  for (const auto& each : args)
    if (const auto* text = std::get_if<std::string_view>(&each))
      promise(valid_utf8(*text) && text->find('\0') == std::string_view::npos,
              "a text for the database is UTF-8 without NUL");
}

}  // namespace mercat::fuzz
