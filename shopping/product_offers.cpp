#include "shopping/product_offers.hpp"

#include "common/error.hpp"

namespace mercat::shopping {

namespace {

error unusable_reply() {
  return {fault::unavailable, "products-unavailable", "products cannot be asked just now"};
}

// A reply that says anything but 200, or that cannot be read, has no product in it. It is never the client's
// fault.
json::document read_reply(const amqp::rpc_reply& reply) {
  if (reply.status != 200) throw unusable_reply();
  try {
    return json::document::parse(reply.body);
  } catch (const error&) {
    throw unusable_reply();
  }
}

std::vector<described_product> read_products(const amqp::rpc_reply& reply) {
  const auto document = read_reply(reply);
  if (!document.root().IsArray()) throw unusable_reply();
  const auto texts = elements(reply.body);
  if (texts.size() != document.root().Size()) throw unusable_reply();
  std::vector<described_product> products;
  products.reserve(texts.size());
  for (rapidjson::SizeType i = 0; i < document.root().Size(); ++i) {
    auto read = read_offer(document.root()[i]);
    if (!read) throw unusable_reply();
    products.push_back({std::move(*read), std::string{texts[i]}});
  }
  return products;
}

std::string list_of(const std::vector<product_id>& ids) {
  json::writer list;
  list.StartArray();
  for (const auto id : ids) list.Int64(id);
  list.EndArray();
  return list.take();
}

}  // namespace

async::task<std::optional<offer>> product_offers::find(product_id id, async::deadline until) {
  const auto reply = co_await products_.call("VIEW_PRODUCT", std::to_string(id), until);
  if (reply.status == 404) co_return std::nullopt;
  auto found = read_offer(read_reply(reply).root());
  if (!found) throw unusable_reply();
  co_return found;
}

async::task<std::vector<described_product>> product_offers::find_all(std::vector<product_id> ids,
                                                                     async::deadline until) {
  std::vector<described_product> found;
  if (ids.empty()) co_return found;
  const auto reply = co_await products_.call("VIEW_PRODUCTS", list_of(ids), until);
  found = read_products(reply);
  co_return found;
}

async::task<replica_page> product_offers::export_page(product_id after, std::int64_t limit,
                                                      async::deadline until) {
  json::writer asked;
  asked.StartObject();
  asked.key("after").Int64(after);
  asked.key("limit").Int64(limit);
  asked.EndObject();
  const auto reply = co_await products_.call("EXPORT_PRODUCTS", asked.take(), until);
  auto page = read_page(read_reply(reply).root(), after);
  if (!page) throw unusable_reply();
  co_return std::move(*page);
}

std::vector<std::string_view> elements(std::string_view array) {
  std::vector<std::string_view> found;
  int depth = 0;
  bool in_text = false;
  std::size_t start = 0;
  const auto add = [&](std::size_t end) {
    auto element = array.substr(start, end - start);
    const auto first = element.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;  // of an empty array
    found.push_back(element.substr(first, element.find_last_not_of(" \t\r\n") - first + 1));
  };
  for (std::size_t at = 0; at < array.size(); ++at) {
    const char c = array[at];
    if (in_text) {
      if (c == '\\') ++at;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth == 1) start = at + 1;
    } else if (c == ']' || c == '}') {
      if (--depth == 0) add(at);
    } else if (c == ',' && depth == 1) {
      add(at);
      start = at + 1;
    }
  }
  return found;
}

}  // namespace mercat::shopping
