#include "bff/whoami.hpp"

#include "bff/answer.hpp"
#include "bff/forward.hpp"
#include "common/async/when_all.hpp"
#include "common/json/document.hpp"

#include <optional>

namespace mercat::bff {

namespace {

constexpr std::chrono::milliseconds part_limit{2500};

async::task<std::optional<std::string>> ask(http::client& service, const http::request& asked) {
  try {
    http::client_request call;
    call.target = "/whoami";
    call.request_id = asked.id;
    const auto answer = co_await service.send(std::move(call), asked.deadline.at_most(part_limit));
    if (!succeeded(answer)) co_return std::nullopt;
    const auto said = json::document::parse(answer.body);
    const auto replica = json::text(said.root(), "replica");
    co_return replica ? std::optional{std::string{*replica}} : std::nullopt;
  } catch (const std::exception&) {
    co_return std::nullopt;
  }
}

void write(json::writer& out, std::string_view service, const std::optional<std::string>& replica) {
  out.key(service);
  if (replica)
    out.text(*replica);
  else
    out.Null();
}

async::task<http::response> who(upstreams& to, const std::string& replica, const http::request& asked) {
  const auto [customer, products, shopping] =
      co_await async::when_all(ask(to.customer, asked), ask(to.products, asked), ask(to.shopping, asked));
  json::writer out;
  out.StartObject();
  out.key("bff").text(replica);
  write(out, "customer", customer);
  write(out, "products", products);
  write(out, "shopping", shopping);
  out.EndObject();
  co_return http::response::json(out.take());
}

}  // namespace

http::route whoami(upstreams& to, std::string replica) {
  http::route route{http::method::get, std::string{public_prefix} + "/whoami", http::access::anyone, {}};
  route.time_limit = upstream_time_limit;
  route.handler = [&to, replica = std::move(replica)](const http::request& asked) {
    return who(to, replica, asked);
  };
  return route;
}

}  // namespace mercat::bff
