#include "products/seed.hpp"

#include "common/db/migration.hpp"
#include "products/migrations.hpp"
#include "products/store.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

namespace mercat::products {

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::string required(const json::value& from, std::string_view name) {
  const auto found = json::text(from, name);
  if (!found) throw std::runtime_error("a product has no " + std::string(name));
  return std::string(*found);
}

product read_product(const json::value& from) {
  product item;
  item.sku = required(from, "sku");
  item.name = required(from, "name");
  item.description = required(from, "description");
  item.type = required(from, "type");
  item.unit = required(from, "unit");
  item.supplier = required(from, "supplier");
  item.banner = required(from, "banner");
  item.available = json::boolean(from, "available").value_or(true);
  item.quantity = json::integer(from, "quantity").value_or(0);
  const auto* price = json::member(from, "price");
  const auto amount = price != nullptr ? json::minor_units(*price) : std::nullopt;
  if (!amount || *amount < 0) throw std::runtime_error("product " + item.sku + " has no valid price");
  item.price = {*amount};
  return item;
}

}  // namespace

void seed(const settings& configured) {
  const auto catalogue = json::document::parse(contents(*configured.seed_file));
  const auto* products = json::member(catalogue.root(), "products");
  if (json::text(catalogue.root(), "currency") != std::optional<std::string_view>{configured.currency})
    throw std::runtime_error("the catalogue's currency is not the shop's, " + configured.currency);
  if (products == nullptr || !products->IsArray()) throw std::runtime_error("the catalogue has no products");

  log::logger logger{"products", configured.process.replica, log::level::warning};
  metrics::registry metrics;
  db::pool database{configured.database, logger, metrics};
  db::migrate(database, migrations(), std::chrono::seconds{30}, logger);

  std::size_t added = 0;
  database.run_blocking([&](db::session& s) {
    for (const auto& each : products->GetArray()) added += store::add(s, read_product(each)) ? 1 : 0;
  });
  std::cout << products->Size() << " products, " << added << " of them new\n";
}

}  // namespace mercat::products
