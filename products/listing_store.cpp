#include "products/listing_store.hpp"

#include "products/search_words.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace mercat::products::store {

namespace {

// Up to here the products that may fit are looked at one by one; beyond, one in fifty or more fits in a shop
// of 100,000, and a walk meets them soon.
constexpr std::int64_t few = 2000;
// And up to here once a walk was in vain.
constexpr std::int64_t many = 10000;
// How far a walk goes. What fits may stand together at the far end of the order, and rows in the order of an
// index lie anywhere on the disk: from there on, reading everything as it is stored is cheaper.
constexpr int rows_walked = 6000;
// So few that looking for a rarer word is not worth it.
constexpr std::size_t very_few = 100;

// Statement texts come from a bounded set: terms in a few numbers only, the last one repeated.
constexpr std::array<std::size_t, 4> term_counts{0, 1, 2, most_terms};

struct order_sql {
  const char* index;              // the order without a category
  const char* index_of_category;  // and within one
  const char* behind;             // the places behind a place
  const char* order;
};

const order_sql& sql_of(list_order order) {
  static constexpr std::array<order_sql, list_orders> all{{
      {"PRIMARY", "product_type", "p.id > ?", "p.id"},
      {"PRIMARY", "product_type", "p.id < ?", "p.id DESC"},
      {"product_price", "product_type_price", "(p.price > ? OR (p.price = ? AND p.id > ?))", "p.price, p.id"},
      {"product_price", "product_type_price", "(p.price < ? OR (p.price = ? AND p.id < ?))",
       "p.price DESC, p.id DESC"},
      {"product_name", "product_type_name", "(p.name > ? OR (p.name = ? AND p.id > ?))", "p.name, p.id"},
  }};
  return all.at(static_cast<std::size_t>(order));
}

// Where products are looked for. Each but the walk looks at all of its rows and then puts them in order.
enum class source {
  candidates,  // a few ids
  walk,        // the index of the order, from the place on, as far as rows_walked: may end too early
  scan         // everything, in the order it is stored
};
constexpr std::array sources{source::candidates, source::walk, source::scan};

// What a statement looks like, apart from its values.
struct list_shape {
  list_order order = list_order::by_id;
  bool in_category = false;
  source from = source::walk;
  std::size_t terms = 0;
  auto operator<=>(const list_shape&) const = default;
};

std::string from_where(const list_shape& shape) {
  const auto& order = sql_of(shape.order);
  const bool searches = shape.terms > 0;
  const std::string text = searches ? " STRAIGHT_JOIN search_text t ON t.product_id = p.id" : "";
  if (shape.from == source::candidates)
    return "JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) c STRAIGHT_JOIN product p FORCE INDEX "
           "(PRIMARY) ON p.id = c.id" +
           text;
  if (shape.from == source::walk)
    return std::string("product p FORCE INDEX (") +
           (shape.in_category ? order.index_of_category : order.index) + ")" + text;
  if (shape.in_category) return "product p FORCE INDEX (product_type)" + text;
  if (searches) return "search_text t STRAIGHT_JOIN product p FORCE INDEX (PRIMARY) ON p.id = t.product_id";
  return "product p FORCE INDEX (PRIMARY)";
}

std::string build(const list_shape& shape) {
  const auto& order = sql_of(shape.order);
  std::string sql = "SELECT p.id, p.price, p.name FROM " + from_where(shape) + " WHERE ";
  if (shape.in_category) sql += "p.type = ? AND ";
  sql += std::string("p.price BETWEEN ? AND ? AND ") + order.behind;
  for (std::size_t i = 0; i < shape.terms; ++i) sql += " AND INSTR(t.folded, ?) > 0";
  sql += std::string(" ORDER BY ") + order.order + " LIMIT ?";
  if (shape.from == source::walk) sql += " ROWS EXAMINED " + std::to_string(rows_walked);
  return sql;
}

// Database threads share the texts; a shape is built once.
const std::string& text_of(const list_shape& shape) {
  static const auto texts = [] {
    std::map<list_shape, std::string> all;
    for (std::size_t order = 0; order < list_orders; ++order)
      for (const bool in_category : {false, true})
        for (const auto from : sources)
          for (const auto terms : term_counts) {
            const list_shape each{static_cast<list_order>(order), in_category, from, terms};
            all.emplace(each, build(each));
          }
    return all;
  }();
  return texts.at(shape);
}

bool walks_prices(list_order order) noexcept {
  return order == list_order::cheapest || order == list_order::dearest;
}

std::vector<product_id> distinct_ids(const std::vector<db::row>& rows) {
  std::vector<product_id> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.integer(0));
  std::ranges::sort(ids);
  const auto repeated = std::unique(ids.begin(), ids.end());
  ids.erase(repeated, ids.end());
  return ids;
}

// Nothing when they are not few.
std::optional<std::vector<product_id>> if_few(const std::vector<db::row>& rows, std::int64_t most) {
  if (static_cast<std::int64_t>(rows.size()) > most) return std::nullopt;
  return distinct_ids(rows);
}

// Products with a word that has the part in it; the other conditions are left to the list itself.
std::optional<std::vector<product_id>> products_with(db::session& s, std::string_view part,
                                                     std::int64_t most) {
  return if_few(
      s.query(
          "SELECT p.product_id FROM search_suffix f STRAIGHT_JOIN search_posting p ON p.word_id = f.word_id "
          "WHERE f.suffix LIKE CONCAT(?, '%') LIMIT ?",
          part, most + 1),
      most);
}

std::optional<std::vector<product_id>> products_of_price(db::session& s, const list_request& asked,
                                                         std::int64_t most) {
  const auto cheapest = asked.least.minor_units;
  const auto dearest = asked.most.minor_units;
  if (!asked.category)
    return if_few(
        s.query("SELECT id FROM product FORCE INDEX (product_price) WHERE price BETWEEN ? AND ? LIMIT ?",
                cheapest, dearest, most + 1),
        most);
  return if_few(
      s.query(
          "SELECT id FROM product FORCE INDEX (product_type_price) WHERE type = ? AND price BETWEEN ? AND ? "
          "LIMIT ?",
          *asked.category, cheapest, dearest, most + 1),
      most);
}

// The smallest set found that holds every product that fits; nothing when all have more than `most` entries.
std::optional<std::vector<product_id>> candidates(db::session& s, const list_request& asked,
                                                  std::span<const std::string> terms, std::int64_t most) {
  std::optional<std::vector<product_id>> best;
  const auto better = [&best](std::optional<std::vector<product_id>> found) {
    if (found && (!best || found->size() < best->size())) best = std::move(found);
    return best && best->size() <= very_few;
  };
  for (const auto& term : terms)
    for (const auto part : probes_of(term))
      if (better(products_with(s, part, most))) return best;
  if (!best && asked.price_matters() && !walks_prices(asked.order)) better(products_of_price(s, asked, most));
  return best;
}

std::string json_of(std::span<const product_id> ids) {
  json::writer out;
  out.StartArray();
  for (const auto id : ids) out.Int64(id);
  out.EndArray();
  return out.take();
}

void add_place(std::vector<db::parameter>& args, list_order order, const list_position& place) {
  if (walks_prices(order)) args.insert(args.end(), 2, db::parameter{place.price.minor_units});
  if (order == list_order::by_name) args.insert(args.end(), 2, db::parameter{std::string_view{place.name}});
  args.emplace_back(place.id);
}

std::vector<list_position> positions_from(db::session& s, const list_shape& shape, const list_request& asked,
                                          std::span<const std::string> terms, std::int64_t limit,
                                          std::string_view candidate_list) {
  std::vector<db::parameter> args;
  if (shape.from == source::candidates) args.emplace_back(candidate_list);
  if (shape.in_category) args.emplace_back(std::string_view{*asked.category});
  args.emplace_back(asked.least.minor_units);
  args.emplace_back(asked.most.minor_units);
  add_place(args, asked.order, asked.after);
  for (std::size_t i = 0; i < shape.terms; ++i)
    args.emplace_back(std::string_view{terms[std::min(i, terms.size() - 1)]});
  args.emplace_back(limit);
  std::vector<list_position> found;
  for (auto& row : s.run_query(text_of(shape), args))
    found.push_back({row.integer(0), {row.integer(1)}, row.take_text(2)});
  return found;
}

}  // namespace

std::vector<list_position> positions(db::session& s, const list_request& asked,
                                     std::span<const std::string> terms, std::int64_t limit) {
  list_shape shape{asked.order, asked.category.has_value(), source::candidates,
                   *std::ranges::lower_bound(term_counts, terms.size())};
  const auto by = [&](source from, std::string_view candidate_list) {
    shape.from = from;
    return positions_from(s, shape, asked, terms, limit, candidate_list);
  };
  if (const auto chosen = candidates(s, asked, terms, few))
    return chosen->empty() ? std::vector<list_position>{} : by(source::candidates, json_of(*chosen));
  auto found = by(source::walk, {});
  const bool has_all = static_cast<std::int64_t>(found.size()) == limit;
  const bool passes_over_rows = !terms.empty() || (asked.price_matters() && !walks_prices(asked.order));
  if (has_all || !passes_over_rows) return found;
  if (const auto chosen = candidates(s, asked, terms, many)) return by(source::candidates, json_of(*chosen));
  return by(source::scan, {});
}

}  // namespace mercat::products::store
