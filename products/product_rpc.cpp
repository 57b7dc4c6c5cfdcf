#include "products/product_rpc.hpp"

#include "common/error.hpp"
#include "products/product_request.hpp"

namespace mercat::products {

namespace {

// Below what an AMQP connection of ours takes (bytes).
constexpr std::size_t longest_reply = 12UL * 1024 * 1024;

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
         return export_products(goods, export_request::read(data), until);
       }},
  };
}

}  // namespace mercat::products
