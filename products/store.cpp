#include "products/store.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

namespace mercat::products::store {

namespace {

const std::string select_products =
    "SELECT p.id, p.sku, p.name, p.description, p.type, p.unit, p.price, p.available, s.on_hand, p.supplier, "
    "p.banner, p.version, p.created_at, p.updated_at FROM product p JOIN stock s ON s.product_id = p.id ";
const std::string select_page = select_products + "WHERE p.id > ? ORDER BY p.id LIMIT ?";
const std::string select_one = select_products + "WHERE p.id = ?";

product from(db::row& row) {
  product item;
  item.id = row.integer(0);
  item.sku = row.take_text(1);
  item.name = row.take_text(2);
  item.description = row.take_text(3);
  item.type = row.take_text(4);
  item.unit = row.take_text(5);
  item.price = {row.integer(6)};
  item.available = row.boolean(7);
  item.quantity = row.integer(8);
  item.supplier = row.take_text(9);
  item.banner = row.take_text(10);
  item.version = row.integer(11);
  item.created_at = row.time(12);
  item.updated_at = row.time(13);
  return item;
}

std::vector<product> from(std::vector<db::row> rows) {
  std::vector<product> found;
  found.reserve(rows.size());
  for (auto& row : rows) found.push_back(from(row));
  return found;
}

// The statement cache is keyed by text, so IN lists come in a few sizes only; the rest is filled with the
// last id.
constexpr std::array<std::size_t, 4> in_list_sizes{1, 10, 100, 1000};

std::string select_by_ids(std::size_t size) {
  std::string sql = select_products + "WHERE p.id IN (?";
  for (std::size_t i = 1; i < size; ++i) sql += ",?";
  return sql + ")";
}

}  // namespace

std::vector<product> list(db::session& s, product_id after, std::int64_t limit) {
  return from(s.query(select_page, after, limit));
}

std::vector<std::string> categories(db::session& s) {
  std::vector<std::string> names;
  for (auto& row : s.query("SELECT DISTINCT type FROM product ORDER BY type"))
    names.push_back(row.take_text(0));
  return names;
}

std::optional<product> find(db::session& s, product_id id) {
  auto row = s.query_one(select_one, id);
  if (!row) return std::nullopt;
  return from(*row);
}

std::vector<product> find_all(db::session& s, std::span<const product_id> ids) {
  if (ids.empty()) return {};
  const auto size = std::ranges::lower_bound(in_list_sizes, ids.size());
  if (size == in_list_sizes.end()) throw std::invalid_argument("more than 1,000 ids");
  std::vector<db::parameter> args(ids.begin(), ids.end());
  args.resize(*size, db::parameter{ids.back()});

  static const std::array<std::string, in_list_sizes.size()> statements{
      select_by_ids(in_list_sizes[0]), select_by_ids(in_list_sizes[1]), select_by_ids(in_list_sizes[2]),
      select_by_ids(in_list_sizes[3])};
  const auto& sql = statements[static_cast<std::size_t>(size - in_list_sizes.begin())];
  std::unordered_map<product_id, product> by_id;
  for (auto& item : from(s.run_query(sql, args))) by_id.emplace(item.id, std::move(item));

  std::vector<product> found;
  found.reserve(by_id.size());
  for (const auto id : ids)
    if (const auto item = by_id.find(id); item != by_id.end()) found.push_back(item->second);
  return found;
}

bool add(db::session& s, const product& item) {
  const auto known = s.query_one("SELECT id FROM product WHERE sku = ?", item.sku);
  auto id = known ? known->integer(0) : product_id{0};
  if (!known) {
    s.execute(
        "INSERT INTO product (sku, name, description, type, unit, price, available, supplier, banner) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        item.sku, item.name, item.description, item.type, item.unit, item.price.minor_units, item.available,
        item.supplier, item.banner);
    id = s.last_id();
  }
  // Also for a known one: an earlier run may have ended between the two inserts.
  s.execute("INSERT IGNORE INTO stock (product_id, on_hand) VALUES (?, ?)", id, item.quantity);
  return !known;
}

}  // namespace mercat::products::store
