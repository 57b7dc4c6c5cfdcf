#include "tests/shopping/catalogue_of_test.hpp"

namespace mercat::test {

namespace {

async::task<amqp::rpc_reply> reply(int status, std::string body) {
  co_return amqp::rpc_reply{status, std::move(body)};
}

messaging::event event_of(std::string type, const product_of_test& product) {
  return {uuid_v7(), std::move(type), R"({"product":)" + product.text() + "}", ""};
}

}  // namespace

std::string product_of_test::text() const {
  return R"({"id":)" + std::to_string(id) + R"(,"sku":"S-)" + std::to_string(id) + R"(","name":")" + name +
         R"(","description":"\"quoted\", [brackets]}","price":)" + price +
         R"(,"currency":"EUR","available":)" + (available ? "true" : "false") + R"(,"quantity":)" +
         std::to_string(on_hand) + R"(,"banner":"/p.svg","version":)" + std::to_string(version) + "}";
}

messaging::event catalogue_of_test::add(std::int64_t id, std::string price) {
  const std::lock_guard lock(mutex_);
  product_of_test product;
  product.id = id;
  product.price = std::move(price);
  products_[id] = product;
  return event_of("product.created", product);
}

messaging::event catalogue_of_test::reprice(std::int64_t id, std::string price, bool available) {
  const std::lock_guard lock(mutex_);
  auto& product = products_.at(id);
  product.price = std::move(price);
  product.available = available;
  ++product.version;
  return event_of("product.updated", product);
}

messaging::event catalogue_of_test::restock(std::int64_t id, std::int64_t on_hand) {
  const std::lock_guard lock(mutex_);
  auto& product = products_.at(id);
  product.on_hand = on_hand;
  ++product.stock_version;
  return {uuid_v7(), "product.stock-changed",
          R"({"productId":)" + std::to_string(id) + R"(,"onHand":)" + std::to_string(on_hand) +
              R"(,"stockVersion":)" + std::to_string(product.stock_version) + "}",
          ""};
}

messaging::event catalogue_of_test::remove(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  auto product = products_.at(id);
  ++product.version;
  products_.erase(id);
  deleted_[id] = product.version;
  return event_of("product.deleted", product);
}

std::map<std::int64_t, product_of_test> catalogue_of_test::products() const {
  const std::lock_guard lock(mutex_);
  return products_;
}

std::map<std::int64_t, std::int64_t> catalogue_of_test::deleted() const {
  const std::lock_guard lock(mutex_);
  return deleted_;
}

std::optional<product_of_test> catalogue_of_test::find(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = products_.find(id);
  if (found == products_.end()) return std::nullopt;
  return found->second;
}

std::string catalogue_of_test::list(const json::value& ids) const {
  std::string text = "[";
  for (const auto& id : ids.GetArray())
    if (const auto product = find(id.GetInt64())) text += (text.size() > 1 ? ", " : "") + product->text();
  return text + "]";
}

std::string catalogue_of_test::page(std::int64_t after, std::int64_t limit) const {
  const std::lock_guard lock(mutex_);
  std::map<std::int64_t, std::string> live;
  std::map<std::int64_t, std::string> gone;
  std::vector<std::int64_t> ids;
  for (const auto& [id, product] : products_)
    if (id > after) ids.push_back(id);
  for (const auto& [id, version] : deleted_)
    if (id > after) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  const bool more = ids.size() > static_cast<std::size_t>(limit);
  if (more) ids.resize(static_cast<std::size_t>(limit));
  std::string products;
  std::string deleted;
  for (const auto id : ids) {
    if (const auto product = products_.find(id); product != products_.end()) {
      products += (products.empty() ? "" : ",") + (R"({"product":)" + product->second.text()) +
                  R"(,"stockVersion":)" + std::to_string(product->second.stock_version) + "}";
    } else {
      deleted += (deleted.empty() ? "" : ",") + (R"({"id":)" + std::to_string(id)) + R"(,"version":)" +
                 std::to_string(deleted_.at(id)) + "}";
    }
  }
  return R"({"products":[)" + products + R"(],"deleted":[)" + deleted + R"(],"next":)" +
         (more ? std::to_string(ids.back()) : "null") + "}";
}

std::map<std::string, amqp::rpc_handler> catalogue_of_test::handlers() {
  return {{"VIEW_PRODUCT",
           [this](const json::value& id, async::deadline) {
             const auto found = find(id.GetInt64());
             return found ? reply(200, found->text()) : reply(404, "null");
           }},
          {"VIEW_PRODUCTS",
           [this](const json::value& ids, async::deadline) {
             ++lists_asked;
             return reply(200, list(ids));
           }},
          {"EXPORT_PRODUCTS", [this](const json::value& data, async::deadline) {
             auto text = page(json::integer(data, "after").value(), json::integer(data, "limit").value());
             if (after_page_read) after_page_read();
             ++pages_asked;
             return reply(200, std::move(text));
           }}};
}

}  // namespace mercat::test
