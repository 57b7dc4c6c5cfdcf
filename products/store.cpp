#include "products/store.hpp"

#include "common/db/error.hpp"
#include "common/utc_now.hpp"
#include "products/bulk_insert.hpp"
#include "products/category_store.hpp"
#include "products/stock_store.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <unordered_map>

namespace mercat::products::store {

namespace {

const std::string product_columns =
    "p.id, p.sku, p.name, p.description, p.type, p.unit, p.price, p.available, s.on_hand, p.supplier, "
    "p.banner, p.version, p.created_at, p.updated_at";
const std::string from_products = " FROM product p JOIN stock s ON s.product_id = p.id ";
const std::string select_products = "SELECT " + product_columns + from_products;
const std::string select_one = select_products + "WHERE p.id = ?";
const std::string select_by_sku = select_products + "WHERE p.sku = ?";
const std::string select_for_update = select_one + " FOR UPDATE";
const std::string select_export =
    "(SELECT " + product_columns + ", s.stock_version, FALSE" + from_products +
    "WHERE p.id > ? ORDER BY p.id LIMIT ?) "
    "UNION ALL (SELECT product_id, '', '', '', '', '', 0, FALSE, 0, '', '', version, deleted_at, deleted_at, "
    "0, TRUE FROM deleted_product WHERE product_id > ? ORDER BY product_id LIMIT ?) ORDER BY 1 LIMIT ?";

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
constexpr std::array<std::size_t, 5> in_list_sizes{1, 10, 20, 100, 1000};  // 20: the usual page

using in_list_texts = std::array<std::string, in_list_sizes.size()>;

// select: up to its IN.
in_list_texts in_lists(const std::string& select) {
  in_list_texts texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = select + "IN (?";
    for (std::size_t n = 1; n < in_list_sizes[i]; ++n) texts[i] += ",?";
    texts[i] += ")";
  }
  return texts;
}

// args: not empty.
std::vector<db::row> query_in(db::session& s, const in_list_texts& texts, std::vector<db::parameter> args) {
  const auto size = std::ranges::lower_bound(in_list_sizes, args.size());
  if (size == in_list_sizes.end()) throw std::invalid_argument("more than 1,000 values");
  args.resize(*size, args.back());
  return s.run_query(texts[static_cast<std::size_t>(size - in_list_sizes.begin())], args);
}

error product_not_found() {
  return {fault::not_found, "product-not-found", "there is no such product"};
}

error sku_taken() {
  return {fault::already_exists, "sku-taken", "another product has this sku"};
}

constexpr std::size_t export_bytes = std::size_t{1} << 20;

}  // namespace

std::optional<product> find(db::session& s, product_id id) {
  auto row = s.query_one(select_one, id);
  if (!row) return std::nullopt;
  return from(*row);
}

std::vector<product> find_all(db::session& s, std::span<const product_id> ids) {
  if (ids.empty()) return {};
  static const auto by_ids = in_lists(select_products + "WHERE p.id ");
  std::unordered_map<product_id, product> by_id;
  for (auto& item : from(query_in(s, by_ids, {ids.begin(), ids.end()})))
    by_id.emplace(item.id, std::move(item));

  std::vector<product> found;
  found.reserve(by_id.size());
  for (const auto id : ids)
    if (const auto item = by_id.find(id); item != by_id.end()) found.push_back(item->second);
  return found;
}

std::optional<product> find_by_sku(db::session& s, std::string_view sku) {
  auto row = s.query_one(select_by_sku, sku);
  if (!row) return std::nullopt;
  return from(*row);
}

std::unordered_map<std::string, product_id> find_ids(db::session& s, std::span<const std::string> skus) {
  static const auto by_skus = in_lists("SELECT id, sku FROM product WHERE sku ");
  std::unordered_map<std::string, product_id> found;
  if (skus.empty()) return found;
  std::vector<db::parameter> args;
  for (const auto& each : skus) args.emplace_back(std::string_view{each});
  for (auto& row : query_in(s, by_skus, std::move(args))) found.emplace(row.take_text(1), row.integer(0));
  return found;
}

void insert(db::session& s, std::span<product> items) {
  static const bulk_insert rows{
      "INSERT INTO product (sku, name, description, type, unit, price, available, supplier, banner, "
      "created_at, updated_at) VALUES ",
      "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  try {
    rows.run(s, std::span<const product>{items}, [](const product& item, auto& args) {
      for (const auto* text : {&item.sku, &item.name, &item.description, &item.type, &item.unit})
        args.emplace_back(std::string_view{*text});
      args.emplace_back(item.price.minor_units);
      args.emplace_back(std::int64_t{item.available});
      args.emplace_back(std::string_view{item.supplier});
      args.emplace_back(std::string_view{item.banner});
      args.emplace_back(item.created_at);
      args.emplace_back(item.updated_at);
    });
  } catch (const db::duplicate_key&) {
    throw sku_taken();
  }
  // Looked up by sku: a statement of many rows tells only one of their ids.
  std::vector<std::string> skus;
  for (const auto& item : items) skus.push_back(item.sku);
  const auto ids = find_ids(s, skus);
  std::map<std::string, std::int64_t> more;
  for (auto& item : items) {
    item.id = ids.at(item.sku);
    ++more[item.type];
  }
  open_stock(s, items);
  count_products(s, more);
}

bool add(db::session& s, const product& item) {
  auto copy = item;
  const auto known = s.query_one("SELECT id FROM product WHERE sku = ?", item.sku);
  if (!known) {
    copy.created_at = copy.updated_at = utc_now();
    insert(s, {&copy, 1});
    return true;
  }
  copy.id = known->integer(0);
  open_stock(s, {&copy, 1});
  return false;
}

product update(db::session& s, const product& changed) {
  const auto before = s.query_one("SELECT type FROM product WHERE id = ? FOR UPDATE", changed.id);
  if (!before) throw product_not_found();
  std::uint64_t matched = 0;
  try {
    matched = s.execute(
        "UPDATE product SET sku = ?, name = ?, description = ?, type = ?, unit = ?, price = ?, available = "
        "?, "
        "supplier = ?, banner = ?, version = version + 1, updated_at = UTC_TIMESTAMP(6) "
        "WHERE id = ? AND version = ?",
        changed.sku, changed.name, changed.description, changed.type, changed.unit, changed.price.minor_units,
        changed.available, changed.supplier, changed.banner, changed.id, changed.version);
  } catch (const db::duplicate_key&) {
    throw sku_taken();
  }
  auto current = find(s, changed.id).value();
  if (matched == 0)
    throw error(fault::conflict, "version-conflict",
                "the product was changed meanwhile: its version is " + std::to_string(current.version));
  if (before->text(0) != current.type) count_products(s, {{before->text(0), -1}, {current.type, 1}});
  return current;
}

product remove(db::session& s, product_id id) {
  auto row = s.query_one(select_for_update, id);
  if (!row) throw product_not_found();
  auto last = from(*row);
  ++last.version;
  s.execute("INSERT INTO deleted_product (product_id, version, deleted_at) VALUES (?, ?, UTC_TIMESTAMP(6))",
            id, last.version);
  s.execute("DELETE FROM stock WHERE product_id = ?", id);
  s.execute("DELETE FROM product WHERE id = ?", id);
  count_products(s, {{last.type, -1}});
  return last;
}

bool is_deleted(db::session& s, product_id id) {
  return s.query_one("SELECT product_id FROM deleted_product WHERE product_id = ?", id).has_value();
}

export_page export_after(db::session& s, product_id after, std::int64_t limit) {
  // One more than asked for tells whether there is more.
  auto rows = s.query(select_export, after, limit + 1, after, limit + 1, limit + 1);
  export_page page;
  std::size_t bytes = 0;
  std::int64_t taken = 0;
  product_id last = 0;
  for (auto& row : rows) {
    if (taken == limit || bytes > export_bytes) {
      page.next = last;
      break;
    }
    ++taken;
    last = row.integer(0);
    if (row.boolean(15)) {
      page.deleted.push_back({last, row.integer(11)});
      continue;
    }
    const auto stock_version = row.integer(14);
    page.products.push_back({from(row), stock_version});
    bytes += page.products.back().item.description.size();
  }
  return page;
}

}  // namespace mercat::products::store
