#include "products/seed.hpp"

#include "products/assortment.hpp"
#include "products/command_database.hpp"
#include "products/product_form.hpp"
#include "products/schemas.hpp"
#include "products/store.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>

namespace mercat::products {

namespace {

constexpr std::size_t batch_size = 200;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

product read_product(const json::value& from, std::string_view currency) {
  try {
    schemas::new_product().require(from);
    return read_new_product(from, currency);
  } catch (const error& wrong) {
    const auto sku = json::text(from, "sku").value_or("(without sku)");
    throw std::runtime_error("product " + std::string(sku) + ": " + wrong.detail());
  }
}

// How many of them were new.
std::size_t add_batch(command_database& database, std::span<const product> batch, std::string_view currency) {
  std::size_t added = 0;
  database.transaction([&](db::session& s) {
    std::vector<product> fresh;
    for (const auto& each : batch)
      if (store::add(s, each)) fresh.push_back(store::find_by_sku(s, each.sku).value());
    announce(s, fresh, currency);
    added = fresh.size();
  });
  return added;
}

}  // namespace

void seed(const settings& configured) {
  const auto catalogue = json::document::parse(contents(*configured.seed_file));
  const auto* products = json::member(catalogue.root(), "products");
  if (json::text(catalogue.root(), "currency") != std::optional<std::string_view>{configured.currency})
    throw std::runtime_error("the catalogue's currency is not the shop's, " + configured.currency);
  if (products == nullptr || !products->IsArray()) throw std::runtime_error("the catalogue has no products");
  std::vector<product> items;
  for (const auto& each : products->GetArray()) items.push_back(read_product(each, configured.currency));

  command_database database{configured};
  std::size_t added = 0;
  for (std::span<const product> rest{items}; !rest.empty();) {
    const auto batch = rest.first(std::min(batch_size, rest.size()));
    added += add_batch(database, batch, configured.currency);
    rest = rest.subspan(batch.size());
  }
  std::cout << items.size() << " products, " << added << " of them new\n";
}

}  // namespace mercat::products
