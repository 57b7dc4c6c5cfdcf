#include "products/product_rpc.hpp"

#include "common/error.hpp"

namespace mercat::products {

namespace {

constexpr std::size_t most_ids = 1000;
// Below what an AMQP connection of ours takes (bytes).
constexpr std::size_t longest_reply = 12UL * 1024 * 1024;
constexpr std::int64_t most_exported = 500;

product_id require_id(const json::value& data) {
  if (const auto id = read_product_id(data)) return *id;
  throw error(fault::malformed, "invalid-product-id", "a product id is a positive integer");
}

async::task<amqp::rpc_reply> view_product(catalogue& shop, product_id id, async::deadline until) {
  const auto item = co_await shop.find(id, until);
  if (!item) co_return amqp::rpc_reply{404, "null"};
  json::writer out;
  write(out, *item, shop.currency());
  co_return amqp::rpc_reply{200, out.take()};
}

async::task<amqp::rpc_reply> view_products(catalogue& shop, std::vector<product_id> ids,
                                           async::deadline until) {
  const auto found = co_await shop.find_all(std::move(ids), until);
  json::writer out;
  out.StartArray();
  for (const auto& item : found) write(out, item, shop.currency());
  out.EndArray();
  auto body = out.take();
  if (body.size() > longest_reply)
    throw error(fault::too_large, "reply-too-large",
                "these products are too long for one reply: ask for fewer");
  co_return amqp::rpc_reply{200, std::move(body)};
}

std::vector<product_id> require_ids(const json::value& data) {
  if (!data.IsArray() || data.Size() > most_ids)
    throw error(fault::malformed, "invalid-product-ids", "data must be a list of at most 1000 product ids");
  std::vector<product_id> ids;
  ids.reserve(data.Size());
  for (const auto& each : data.GetArray()) ids.push_back(require_id(each));
  return ids;
}

struct export_request {
  product_id after = 0;
  std::int64_t limit = most_exported;
};

export_request require_export(const json::value& data) {
  export_request wanted;
  wanted.after = json::integer(data, "after").value_or(wanted.after);
  wanted.limit = json::integer(data, "limit").value_or(wanted.limit);
  if (!data.IsObject() || wanted.after < 0 || wanted.limit < 1 || wanted.limit > most_exported)
    throw error(fault::malformed, "invalid-export", "data must be {after: 0 or more, limit: 1 to 500}");
  return wanted;
}

async::task<amqp::rpc_reply> export_products(assortment& goods, export_request wanted,
                                             async::deadline until) {
  const auto page = co_await goods.export_after(wanted.after, wanted.limit, until);
  json::writer out;
  out.StartObject();
  out.key("products").StartArray();
  for (const auto& each : page.products) {
    out.StartObject();
    out.key("product");
    write(out, each.item, goods.currency());
    out.key("stockVersion").Int64(each.stock_version);
    out.EndObject();
  }
  out.EndArray();
  out.key("deleted").StartArray();
  for (const auto& each : page.deleted) {
    out.StartObject();
    out.key("id").Int64(each.id);
    out.key("version").Int64(each.version);
    out.EndObject();
  }
  out.EndArray();
  out.key("next");
  if (page.next) {
    out.Int64(*page.next);
  } else {
    out.Null();
  }
  out.EndObject();
  co_return amqp::rpc_reply{200, out.take()};
}

}  // namespace

std::map<std::string, amqp::rpc_handler> product_rpc(catalogue& shop, assortment& goods) {
  return {
      {"VIEW_PRODUCT",
       [&shop](const json::value& data, async::deadline until) {
         return view_product(shop, require_id(data), until);
       }},
      {"VIEW_PRODUCTS",
       [&shop](const json::value& data, async::deadline until) {
         return view_products(shop, require_ids(data), until);
       }},
      {"EXPORT_PRODUCTS",
       [&goods](const json::value& data, async::deadline until) {
         return export_products(goods, require_export(data), until);
       }},
  };
}

}  // namespace mercat::products
