// Small texts with a form: times, ids, traces, tags, search words. Each is tried with the whole input.
#include "common/db/time_text.hpp"
#include "common/messaging/traceparent.hpp"
#include "common/number.hpp"
#include "common/rfc3339.hpp"
#include "common/utf8.hpp"
#include "products/order_decision.hpp"
#include "products/search_words.hpp"
#include "shopping/etag.hpp"
#include "shopping/order.hpp"
#include "tests/fuzz/promise.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace mercat::fuzz {

namespace {

void times(std::string_view text) {
  if (const auto at = parse_rfc3339(text)) promise(rfc3339(*at) == text, "a time has one spelling");
  std::optional<db::sql_time> stored;
  try {
    stored = db::read_time(text);
  } catch (const std::logic_error&) {  // what it says it throws
  }
  if (!stored) return;
  // Hours and the like beyond their range carry over: the database writes none.
  const auto year = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*stored)}.year();
  if (year > std::chrono::year{9999}) return;
  const auto written = db::write_time(*stored);
  promise(db::read_time({written.data(), written.size()}) == *stored, "a stored time is the time read");
}

void ids(std::string_view text) {
  promise(products::is_order_id(text) == shopping::is_order_id(text),
          "services agree on what an order's id is");
  const auto given = messaging::valid_traceparent(text);
  promise(given.empty() || given == text, "a trace is passed on as it came, or not");
  promise(given.empty() || given.size() == 55, "a trace has 55 characters");
  const auto number = whole_number<std::int64_t>(text);
  promise(!number || std::ranges::all_of(text, [](char c) { return c == '-' || (c >= '0' && c <= '9'); }),
          "a number is digits");
  if (const auto state = shopping::order_state_named(text))
    promise(shopping::name(*state) == text, "a state has one name");
  if (const auto status = products::read_order_status(text))
    promise(products::to_text(*status) == text, "a status has one name");
}

void tags(std::string_view text) {
  promise(!shopping::names_tag(text, "\"v1-7\"") || text.find("\"v1-7\"") != std::string_view::npos ||
              text.find('*') != std::string_view::npos,
          "a tag that is named is there");
}

void words(std::string_view folded) {
  const auto found = products::words_of(folded);
  std::set<std::string_view> distinct(found.begin(), found.end());
  promise(distinct.size() == found.size() && std::ranges::is_sorted(found), "words are distinct and sorted");
  for (const auto word : found) {
    promise(!word.empty() && word.find(' ') == std::string_view::npos, "a word has no blank");
    promise(products::word_id_of(word) >= 0, "a word's id is not negative");
    const auto suffixes = products::suffixes_of(word);
    if (!valid_utf8(word)) continue;
    promise(suffixes.size() == products::length_of(word), "a word has an end at each character");
    for (const auto suffix : suffixes)
      promise(products::length_of(suffix) <= products::longest_suffix, "an end is short");
    const auto starts = [&](std::string_view probe) {
      return std::ranges::any_of(suffixes, [&](std::string_view each) { return each.starts_with(probe); });
    };
    for (const auto probe : products::probes_of(word))
      promise(starts(probe), "a word is found by its own probes");
  }
}

void weights(std::string_view text) {
  std::string folded;
  try {
    folded = products::folded_from_weights(text);
  } catch (const std::invalid_argument&) {  // what it says it throws
    return;
  }
  promise(valid_utf8(folded), "a folded text is UTF-8");
  promise(products::length_of(folded) == text.size() / 4, "a folded text has a character for each weight");
  promise(folded.find_first_of("%_\\'\"") == std::string::npos, "nothing folded is syntax of LIKE");
  words(folded);
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat::fuzz;
  const auto text = input(data, size).rest();
  times(text);
  ids(text);
  tags(text);
  words(text);
  weights(text);
  return 0;
}
