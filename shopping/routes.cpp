#include "shopping/routes.hpp"

#include "common/http/standard_routes.hpp"

namespace mercat::shopping {

namespace {

const json::schema cart_item{R"({
  "type": "object",
  "required": ["productId", "quantity"],
  "properties": {
    "productId": {"type": "integer", "minimum": 1, "maximum": 9223372036854775807},
    "quantity": {"type": "integer", "minimum": 1, "maximum": 999}
  }
})"};

async::task<http::response> answer(async::task<cart_view> change, const std::string& currency) {
  const auto view = co_await std::move(change);
  json::writer out;
  write(out, view.lines, view.now, currency);
  co_return http::response::json(out.take());
}

async::task<cart_view> set(carts& all, const http::request& r) {
  const auto& body = r.json.value().root();
  return all.set(r.identity().customer_id, json::integer(body, "productId").value(),
                 json::integer(body, "quantity").value(), r.deadline);
}

}  // namespace

http::route_table routes(carts& all, const std::string& currency, const std::string& replica) {
  using http::access;
  using http::method;
  using http::request;
  http::route_table table{
      {method::get, "/cart", access::user,
       [&all, currency](const request& r) {
         return answer(all.view(r.identity().customer_id, r.deadline), currency);
       }},
      {method::post, "/cart", access::user,
       [&all, currency](const request& r) { return answer(set(all, r), currency); }, &cart_item},
      {method::del, "/cart", access::user,
       [&all, currency](const request& r) {
         return answer(all.clear(r.identity().customer_id, r.deadline), currency);
       }},
      {method::del, "/cart/{productId}", access::user,
       [&all, currency](const request& r) {
         return answer(all.remove(r.identity().customer_id, r.id_parameter("productId"), r.deadline),
                       currency);
       }},
  };
  http::add_standard_routes(table, replica);
  return table;
}

}  // namespace mercat::shopping
