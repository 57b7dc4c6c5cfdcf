#include "bff/home.hpp"

#include "bff/answer.hpp"
#include "bff/forward.hpp"
#include "common/async/when_all.hpp"

#include <memory>
#include <optional>

namespace mercat::bff {

namespace {

// Less than the route's own limit: a part that hangs must not take the page with it.
constexpr std::chrono::milliseconds part_limit{2500};

const shape whole{};

// What the page takes of an answer that has products in it.
struct page_shapes {
  shape first_page;
  shape wishlist;
  shape profile;
};

// One call and what the page takes from it: the answer under the part's name, or the answer's own members in
// place of that name.
struct part {
  std::string_view name;
  http::client& from;
  std::string target;
  const shape& as;
  bool own_members = false;
};

// `"name":value,…`, or nothing.
async::task<std::optional<std::string>> fetch(const part& wanted, const http::request& asked) {
  try {
    auto call = call_for(asked, http::method::get, wanted.target);
    const auto answer = co_await wanted.from.send(std::move(call), asked.deadline.at_most(part_limit));
    if (!succeeded(answer)) co_return std::nullopt;
    auto body = project(answer.body, wanted.as);
    if (!body.starts_with('{')) co_return std::nullopt;
    if (!wanted.own_members) co_return std::string{'"'}.append(wanted.name).append("\":").append(body);
    if (body == "{}") co_return std::nullopt;
    co_return body.substr(1, body.size() - 2);
  } catch (const std::exception&) {  // the client has counted and named what it was
    co_return std::nullopt;
  }
}

async::task<http::response> gather(upstreams& to, const page_shapes& as, const http::request& asked) {
  std::vector<part> parts{{"products", to.products, "/products", as.first_page, true}};
  if (asked.caller) {
    parts.push_back({"profile", to.customer, "/profile", as.profile});
    parts.push_back({"cart", to.shopping, "/cart", whole});
    parts.push_back({"wishlist", to.shopping, "/wishlist", as.wishlist});
  }
  std::vector<async::task<std::optional<std::string>>> fetches;
  fetches.reserve(parts.size());
  for (const auto& each : parts) fetches.push_back(fetch(each, asked));
  const auto got = co_await async::when_all(std::move(fetches));

  std::string page{'{'};
  std::string degraded;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (got[i])
      page.append(*got[i]).append(",");
    else
      degraded.append(degraded.empty() ? "\"" : ",\"").append(parts[i].name).append("\"");
  }
  page.append("\"degraded\":[").append(degraded).append("]}");
  co_return http::response::json(std::move(page));
}

}  // namespace

http::route home(upstreams& to, const device& shown_on) {
  http::route route{http::method::get, std::string{public_prefix} + "/home", http::access::anyone, {}};
  route.time_limit = upstream_time_limit;
  page_shapes shapes{just({"products", "categories", "nextCursor"}, shown_on.product_list),
                     just({"products"}, shown_on.product_list), shown_on.customer};
  route.handler = [&to, as = std::move(shapes)](const http::request& asked) { return gather(to, as, asked); };
  return route;
}

}  // namespace mercat::bff
