#include "bff/settings.hpp"

#include "common/auth/token_settings.hpp"
#include "common/http/server_settings.hpp"

namespace mercat::bff {

namespace {

// A page of 100 products whose descriptions have 10,000 characters of 4 bytes (bytes).
constexpr std::size_t longest_answer = 8UL * 1024 * 1024;

http::client_options declare_upstream(config::environment& env, std::string name, std::string_view variable) {
  http::client_options options;
  options.base_url = env.required_text(
      variable, "where " + name + " answers, through the balancer: http://host:port, without a path");
  options.name = std::move(name);
  return options;
}

void check(const http::client_options& upstream, std::string_view variable) {
  const auto& url = upstream.base_url;
  const std::string_view scheme = "http://";
  if (!url.starts_with(scheme) || url.size() == scheme.size() ||
      url.find('/', scheme.size()) != std::string::npos)
    throw config::invalid(std::string{variable} + ": expected http://host:port without a path, got " + url);
}

}  // namespace

settings settings::read(const std::string& service, const std::string& summary, int argc, char** argv) {
  config::environment env{service, summary};
  settings all;
  env.run_mode();  // it decides which secrets are refused
  all.process = lifecycle::process_options::declare(env, service);
  all.http = http::declare_server(env, all.process.replica);
  all.tokens = auth::declare_tokens(env);
  all.broker = amqp::declare_broker(env, service);
  auto& to = all.upstreams;
  to.customer = declare_upstream(env, "customer", "MERCAT_CUSTOMER_URL");
  to.products = declare_upstream(env, "products", "MERCAT_PRODUCTS_URL");
  to.shopping = declare_upstream(env, "shopping", "MERCAT_SHOPPING_URL");
  const auto most =
      static_cast<std::size_t>(env.integer("MERCAT_UPSTREAM_MAX_IN_FLIGHT", 128, 1, 65536, "calls",
                                           "under way to one upstream; beyond it the answer is 503 at once"));
  env.finish(argc, argv);
  for (auto* each : {&to.customer, &to.products, &to.shopping}) each->max_answer = longest_answer;
  to.customer.max_in_flight = to.products.max_in_flight = to.shopping.max_in_flight = most;
  check(to.customer, "MERCAT_CUSTOMER_URL");
  check(to.products, "MERCAT_PRODUCTS_URL");
  check(to.shopping, "MERCAT_SHOPPING_URL");
  return all;
}

}  // namespace mercat::bff
