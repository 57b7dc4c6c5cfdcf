#include "products/listing.hpp"

#include "common/auth/base64url.hpp"
#include "common/error.hpp"
#include "common/number.hpp"
#include "common/utf8.hpp"
#include "products/fingerprint.hpp"
#include "products/search_words.hpp"

#include <algorithm>
#include <charconv>

namespace mercat::products {

namespace {

struct order_name {
  std::string_view name;
  list_order order;
};
constexpr std::array<order_name, list_orders> order_names{{{"id", list_order::by_id},
                                                           {"newest", list_order::newest},
                                                           {"price", list_order::cheapest},
                                                           {"-price", list_order::dearest},
                                                           {"name", list_order::by_name}}};

constexpr std::int64_t beyond_all = std::numeric_limits<std::int64_t>::max();

error invalid_query(std::string detail) {
  return {fault::malformed, "invalid-query", std::move(detail)};
}

error invalid_cursor() {
  return {fault::malformed, "invalid-cursor",
          "cursor must be the nextCursor of an earlier answer to the same question"};
}

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view name_of(list_order order) {
  return std::ranges::find(order_names, order, &order_name::order)->name;
}

// The part up to the separator, which is taken away with it.
std::optional<std::string_view> take_part(std::string_view& from) {
  const auto end = from.find('|');
  if (end == std::string_view::npos) return std::nullopt;
  const auto part = from.substr(0, end);
  from.remove_prefix(end + 1);
  return part;
}

template <class Number>
std::optional<Number> take_number(std::string_view& from) {
  const auto part = take_part(from);
  if (!part) return std::nullopt;
  return whole_number<Number>(*part);
}

}  // namespace

list_order read_order(std::string_view text) {
  const auto found = std::ranges::find(order_names, text, &order_name::name);
  if (found == order_names.end() || found->order == list_order::by_id)
    throw invalid_query("The query parameter 'sort' must be one of price, -price, name, newest.");
  return found->order;
}

money read_price(std::string_view name, std::string_view text) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  auto fraction = point == std::string_view::npos ? std::string("00") : std::string(text.substr(point + 1));
  const bool spelt = all_digits(whole) && all_digits(fraction) && fraction.size() <= 2;
  fraction.resize(2, '0');
  const auto amount =
      spelt ? whole_number<std::int64_t>(std::string(whole) + fraction) : std::optional<std::int64_t>{};
  if (!amount)
    throw invalid_query("The query parameter '" + std::string(name) +
                        "' must be an amount with at most two decimal places, like 19.99.");
  return {*amount};
}

list_position before_first(list_order order) {
  if (order == list_order::newest) return {beyond_all, {}, {}};
  if (order == list_order::dearest) return {beyond_all, {beyond_all}, {}};
  return {0, {-1}, {}};
}

bool list_request::price_matters() const noexcept {
  return least.minor_units > 0 || most.minor_units != beyond_all;
}

bool list_request::is_search() const noexcept {
  const bool goes_by_price = order == list_order::cheapest || order == list_order::dearest;
  return !query.empty() || (price_matters() && !goes_by_price);
}

void require_sensible(const list_request& asked) {
  if (asked.least > asked.most)
    throw invalid_query("The query parameter 'minPrice' must not be above 'maxPrice'.");
  if (length_of(asked.query) > longest_query)
    throw invalid_query("The query parameter 'q' must have at most " + std::to_string(longest_query) +
                        " characters.");
}

std::vector<std::string> terms_of(std::string_view folded_query) {
  const auto words = words_of(folded_query);
  if (words.size() > most_terms)
    throw invalid_query("The query parameter 'q' must have at most " + std::to_string(most_terms) +
                        " different words.");
  std::vector<std::string> terms(words.begin(), words.end());
  std::ranges::stable_sort(terms, std::ranges::greater{}, length_of);
  return terms;
}

std::string write_cursor(list_order order, const list_position& last) {
  std::string place(name_of(order));
  place += "|" + std::to_string(last.id) + "|";
  if (order == list_order::cheapest || order == list_order::dearest)
    place += std::to_string(last.price.minor_units);
  place += "|";
  if (order == list_order::by_name) place += last.name;
  return auth::base64url(std::to_string(fingerprint(place)) + "|" + place);
}

list_position read_cursor(list_order order, std::string_view text) {
  const auto decoded = auth::from_base64url(text);
  if (!decoded) throw invalid_cursor();
  std::string_view rest = *decoded;
  const auto sum = take_number<std::uint64_t>(rest);
  if (!sum || *sum != fingerprint(rest)) throw invalid_cursor();
  const auto made_for = take_part(rest);
  const auto id = take_number<product_id>(rest);
  const auto price = take_part(rest);
  if (!made_for || *made_for != name_of(order) || !id || !price) throw invalid_cursor();
  // The sum is no secret: a cursor may be anybody's work.
  if (!valid_utf8(rest) || rest.find('\0') != std::string_view::npos) throw invalid_cursor();
  list_position place{*id, {}, std::string(rest)};
  if (!price->empty()) {
    const auto amount = whole_number<std::int64_t>(*price);
    if (!amount) throw invalid_cursor();
    place.price = {*amount};
  }
  return place;
}

}  // namespace mercat::products
