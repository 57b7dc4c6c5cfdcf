#include "shopping/replica_store.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

namespace mercat::shopping::store {

namespace {

// MariaDB evaluates the assignments of ON DUPLICATE KEY UPDATE from left to right, each on what the ones
// before it made of the row. So the version, which the others compare with, comes after them.

std::string if_then(const std::string& condition, std::string_view column) {
  const std::string name{column};
  return name + " = IF(" + condition + ", VALUES(" + name + "), " + name + "), ";
}

// A page's row carries the two times of its build in its own columns: text_at and stock_at are `began`,
// passed_over_at is `asked`.
std::string due(const std::string& version, const std::string& changed_at) {
  return "VALUES(" + version + ") > " + version + " OR (" + changed_at + " < VALUES(" + changed_at +
         ") AND (VALUES(" + version + ") = " + version +
         " OR COALESCE(passed_over_at < VALUES(passed_over_at), TRUE)))";
}

// After `version` was assigned.
std::string noted(const std::string& version, const std::string& changed_at) {
  return changed_at + " = IF(" + version + " = VALUES(" + version + "), GREATEST(" + changed_at +
         ", VALUES(" + changed_at + ")), " + changed_at + ")";
}

std::string text_from_page() {
  const auto is_due = due("version", "text_at");
  return if_then(is_due, "deleted") + if_then(is_due, "name") + if_then(is_due, "banner") +
         if_then(is_due, "price") + if_then(is_due, "available") + if_then(is_due, "version") +
         noted("version", "text_at");
}

// The statement cache is keyed by text, so lists come in a few sizes only; the rest is filled with the last
// element, which changes nothing.
constexpr std::array<std::size_t, 3> list_sizes{1, 10, 100};
using statements = std::array<std::string, list_sizes.size()>;

std::size_t fitting(std::size_t count) {
  const auto size = std::ranges::lower_bound(list_sizes, count);
  if (size == list_sizes.end()) throw std::invalid_argument("more than 100 products");
  return static_cast<std::size_t>(size - list_sizes.begin());
}

statements for_lists(const std::string& before, const std::string& element, const std::string& after) {
  statements texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = before + element;
    for (std::size_t n = 1; n < list_sizes[i]; ++n) texts[i] += ", " + element;
    texts[i] += after;
  }
  return texts;
}

// add: puts the parameters of one element behind those there are.
template <class Element, class Add>
void put_all(db::session& s, const statements& texts, const std::vector<Element>& all, Add add) {
  for (std::size_t start = 0; start < all.size(); start += list_sizes.back()) {
    const auto last = std::min(start + list_sizes.back(), all.size()) - 1;
    const auto size = fitting(last - start + 1);
    std::vector<db::parameter> args;
    for (std::size_t i = 0; i < list_sizes[size]; ++i) add(all[std::min(start + i, last)], args);
    s.run_update(texts[size], args);
  }
}

const statements put_exported = for_lists(
    "INSERT INTO product_replica (product_id, version, deleted, name, banner, price, available, "
    "text_at, stock_version, on_hand, stock_at, passed_over_at) VALUES ",
    "(?, ?, FALSE, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    " ON DUPLICATE KEY UPDATE " + text_from_page() + ", " +
        if_then(due("stock_version", "stock_at"), "on_hand") +
        if_then(due("stock_version", "stock_at"), "stock_version") + noted("stock_version", "stock_at"));

// A tombstone has no stock: that half counts as repaired.
const statements put_tombstones = for_lists(
    "INSERT INTO product_replica (product_id, version, deleted, text_at, stock_at, passed_over_at) VALUES ",
    "(?, ?, TRUE, ?, ?, ?)",
    " ON DUPLICATE KEY UPDATE " + text_from_page() + ", stock_at = GREATEST(stock_at, VALUES(stock_at))");

const statements select_versions =
    for_lists("SELECT product_id, version FROM product_replica WHERE product_id IN (", "?", ")");

std::unordered_map<product_id, std::int64_t> versions_of(db::session& s, std::span<const offer> offers) {
  const auto size = fitting(offers.size());
  std::vector<db::parameter> ids;
  for (const auto& each : offers) ids.emplace_back(each.id);
  ids.resize(list_sizes[size], ids.back());
  std::unordered_map<product_id, std::int64_t> versions;
  for (const auto& row : s.run_query(select_versions[size], ids))
    versions.emplace(row.integer(0), row.integer(1));
  return versions;
}

}  // namespace

void apply_text(db::session& s, const offer& text, bool deleted) {
  s.execute(
      "INSERT INTO product_replica (product_id, version, deleted, name, banner, price, available) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
      "passed_over_at = IF(VALUES(version) > version, passed_over_at, CURRENT_TIMESTAMP(6)), "
      "deleted = IF(VALUES(version) > version, VALUES(deleted), deleted), "
      "name = IF(VALUES(version) > version, VALUES(name), name), "
      "banner = IF(VALUES(version) > version, VALUES(banner), banner), "
      "price = IF(VALUES(version) > version, VALUES(price), price), "
      "available = IF(VALUES(version) > version, VALUES(available), available), "
      "text_at = IF(VALUES(version) > version, CURRENT_TIMESTAMP(6), text_at), "
      "version = GREATEST(version, VALUES(version))",
      text.id, text.version, deleted, text.name, text.banner, text.price.minor_units, text.available);
}

void apply_stock(db::session& s, const stock_level& stock) {
  s.execute(
      "INSERT INTO product_replica (product_id, stock_version, on_hand) VALUES (?, ?, ?) "
      "ON DUPLICATE KEY UPDATE "
      "passed_over_at = IF(VALUES(stock_version) > stock_version, passed_over_at, CURRENT_TIMESTAMP(6)), "
      "on_hand = IF(VALUES(stock_version) > stock_version, VALUES(on_hand), on_hand), "
      "stock_at = IF(VALUES(stock_version) > stock_version, CURRENT_TIMESTAMP(6), stock_at), "
      "stock_version = GREATEST(stock_version, VALUES(stock_version))",
      stock.product, stock.version, stock.on_hand);
}

void learn(db::session& s, std::span<const offer> offers) {
  if (offers.empty()) return;
  const auto versions = versions_of(s, offers);
  std::vector<const offer*> newer;
  for (const auto& each : offers) {
    const auto known = versions.find(each.id);
    if (known == versions.end() || known->second < each.version) newer.push_back(&each);
  }
  // In the order of ids, as everyone who writes several rows.
  std::ranges::sort(newer, {}, [](const offer* each) { return each->id; });
  for (const auto* each : newer) apply_text(s, *each, false);
}

bool hold_build(db::session& s, const std::string& holder, std::chrono::seconds lease) {
  return s.execute(
             "UPDATE replica_build SET holder = ?, held_until = CURRENT_TIMESTAMP(6) + INTERVAL ? SECOND "
             "WHERE id = 1 AND (holder = ? OR holder IS NULL OR held_until < CURRENT_TIMESTAMP(6))",
             holder, std::int64_t{lease.count()}, holder) == 1;
}

void release_build(db::session& s, const std::string& holder) {
  s.execute("UPDATE replica_build SET holder = NULL, held_until = NULL WHERE id = 1 AND holder = ?", holder);
}

void finish_build(db::session& s, const std::string& holder) {
  s.execute(
      "UPDATE replica_build SET holder = NULL, held_until = NULL, built_at = CURRENT_TIMESTAMP(6) "
      "WHERE id = 1 AND holder = ?",
      holder);
}

bool was_built(db::session& s) {
  return s.query_one("SELECT 1 FROM replica_build WHERE id = 1 AND built_at IS NOT NULL").has_value();
}

db::sql_time now(db::session& s) {
  return s.query_one("SELECT CURRENT_TIMESTAMP(6)").value().time(0);
}

void apply_page(db::session& s, const replica_page& page, const build_times& times) {
  const auto add_product = [&times](const exported_product& each, std::vector<db::parameter>& args) {
    const auto& [text, stock] = each;
    args.insert(args.end(),
                {text.id, text.version, std::string_view{text.name}, std::string_view{text.banner},
                 text.price.minor_units, std::int64_t{text.available}, times.began, stock.version,
                 stock.on_hand, times.began, times.asked});
  };
  put_all(s, put_exported, page.products, add_product);
  const auto add_tombstone = [&times](const tombstone& each, std::vector<db::parameter>& args) {
    args.insert(args.end(), {each.product, each.version, times.began, times.began, times.asked});
  };
  put_all(s, put_tombstones, page.deleted, add_tombstone);
}

std::uint64_t remove_unknown(db::session& s, const replica_page& page, const build_times& times,
                             std::int64_t most) {
  return s.execute(
      "DELETE FROM product_replica WHERE product_id > ? AND product_id <= ? AND text_at < ? AND stock_at < ? "
      "AND (passed_over_at IS NULL OR passed_over_at < ?) ORDER BY product_id LIMIT ?",
      page.after, page.last(), times.began, times.began, times.asked, most);
}

bool held_back(db::session& s, const replica_page& page, const build_times& times) {
  return s
      .query_one(
          "SELECT 1 FROM product_replica WHERE product_id > ? AND product_id <= ? AND passed_over_at >= ? "
          "AND (text_at < ? OR stock_at < ?) LIMIT 1",
          page.after, page.last(), times.asked, times.began, times.began)
      .has_value();
}

}  // namespace mercat::shopping::store
