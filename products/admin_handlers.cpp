#include "products/admin_handlers.hpp"

#include "common/messaging/traceparent.hpp"
#include "products/product_form.hpp"

namespace mercat::products {

using http::request;
using http::response;

namespace {

std::string trace_of(const request& asked) {
  return std::string(messaging::valid_traceparent(asked.headers.get("traceparent")));
}

std::string json_of(const product& item, const assortment& goods) {
  json::writer out;
  write(out, item, goods.currency());
  return out.take();
}

}  // namespace

async::task<response> create_product(assortment& goods, const request& asked) {
  auto wanted = read_new_product(asked.json->root(), goods.currency());
  const auto made = co_await goods.create(std::move(wanted), asked.deadline, trace_of(asked));
  auto answer = response::json(json_of(made, goods), 201);
  answer.headers.emplace_back("Location", "/products/" + std::to_string(made.id));
  co_return answer;
}

async::task<response> update_product(assortment& goods, const request& asked) {
  const auto id = asked.id_parameter("id");
  auto changed = read_changed_product(asked.json->root(), goods.currency());
  changed.id = id;
  const auto now = co_await goods.update(std::move(changed), asked.deadline, trace_of(asked));
  co_return response::json(json_of(now, goods));
}

async::task<response> delete_product(assortment& goods, const request& asked) {
  const auto id = asked.id_parameter("id");
  co_await goods.remove(id, asked.deadline, trace_of(asked));
  co_return response::no_content();
}

async::task<response> adjust_stock(assortment& goods, const request& asked) {
  const auto id = asked.id_parameter("id");
  auto wanted = read_stock_adjustment(asked.json->root());
  const auto level = co_await goods.adjust_stock(id, std::move(wanted), asked.deadline, trace_of(asked));
  json::writer out;
  out.StartObject();
  out.key("quantity").Int64(level.on_hand);
  out.EndObject();
  co_return response::json(out.take());
}

}  // namespace mercat::products
