#include "tests/http/served.hpp"

#include "tests/http/echo_handlers.hpp"

#include <stdexcept>
#include <thread>

namespace mercat::tests {

namespace {

using http::access;
using http::method;
using http::request;
using http::response;
using answer = async::task<response>;

auth::token_rules test_rules() {
  auth::token_rules rules;
  rules.keys.push_back({"test", "a secret of at least thirty-two bytes"});
  return rules;
}

answer text(std::string body) {
  co_return response{200, std::move(body), "text/plain", {}};
}

answer wait_for(gate& held) {
  const auto opened = held.wait();
  ++held.entered;
  co_await opened;
  co_return response{200, "held", "text/plain", {}};
}

answer never_ends_in_time(async::event_loop& away) {
  co_await away.sleep(std::chrono::seconds(2));
  co_return response{200, "late", "text/plain", {}};
}

// Longer than a read may take, shorter than a write.
answer takes_its_time(async::event_loop& away) {
  co_await away.sleep(std::chrono::milliseconds(1700));
  co_return response{201, "written", "text/plain", {}};
}

answer blocks(served& test) {
  ++test.held.entered;
  test.unblocked.acquire();
  co_return response{200, "unblocked", "text/plain", {}};
}

answer fails(const request& asked) {
  co_await std::suspend_never{};
  const auto& kind = asked.parameter("kind");
  if (kind == "known") throw error(fault::conflict, "cart-empty", "The cart is empty.");
  if (kind == "number") throw 42;
  throw std::runtime_error("SELECT secret FROM table");
}

answer broken_header(const request&) {
  response value{200, "x", "text/plain", {}};
  value.headers.emplace_back("X-Good", "1");
  value.headers.emplace_back("X-Bad", "a\r\nX-Smuggled: 1");
  value.headers.emplace_back("Content-Length", "99");
  co_return value;
}

http::route_table routes(served& test) {
  auto table = echo_routes(test.away);
  const auto add = [&](http::route row) { table.push_back(std::move(row)); };
  add({method::get, "/large", access::anyone,
       [](const request&) { return text(std::string(large_size, 'x')); }});
  add({method::get, "/held", access::anyone, [&test](const request&) { return wait_for(test.held); }, nullptr,
       std::chrono::seconds(10)});
  add({method::get, "/never", access::anyone, [&test](const request&) { return wait_for(test.held); }});
  add({method::post, "/late", access::anyone, [&test](const request&) { return takes_its_time(test.away); }});
  add({method::get, "/blocks", access::anyone, [&test](const request&) { return blocks(test); }});
  add({method::get, "/slow", access::anyone,
       [&test](const request&) { return never_ends_in_time(test.away); }, nullptr,
       std::chrono::milliseconds(100)});
  add({method::get, "/fails/{kind}", access::anyone, fails});
  add({method::get, "/throws-at-once", access::anyone,
       [](const request&) -> answer { throw std::runtime_error("before the first await"); }});
  add({method::get, "/broken-header", access::anyone, broken_header});
  add({method::get, "/path", access::anyone, [](const request& asked) { return text(asked.path); }});
  add({method::get, "/named/{a}/and/{b}", access::anyone,
       [](const request& asked) { return text(asked.parameter("a") + "," + asked.parameter("b")); }});
  add({method::get, "/mine", access::user,
       [](const request& asked) { return text(std::to_string(asked.identity().customer_id)); }});
  add({method::post, "/admin", access::admin, [](const request&) { return text("done"); },
       &test.body_schema});
  add({method::post, "/checked", access::anyone, [](const request&) { return text("fits"); },
       &test.body_schema, std::chrono::seconds(3), 1024});
  add({method::get, "/query", access::anyone, [](const request& asked) {
         const auto* q = asked.query.find("q");
         return text(q == nullptr ? "none" : *q);
       }});
  return table;
}

}  // namespace

async::completion<int> gate::wait() {
  const std::lock_guard lock(mutex_);
  async::completion<int> next;
  if (opened_) next.succeed(1);
  return waiting_.emplace_back(next);
}

void gate::open() {
  const std::lock_guard lock(mutex_);
  opened_ = true;
  for (const auto& each : waiting_) each.succeed(1);
}

served::served(http::server_options options)
    : rules(test_rules()),
      body_schema(R"({"type":"object","required":["name"],"properties":{"name":{"type":"string"}}})"),
      server(std::move(options), routes(*this), std::make_shared<auth::token_verifier>(rules), logger,
             metrics) {
  server.start();
}

http::server_options served::quiet() {
  http::server_options options;
  options.access_log = false;
  return options;
}

std::string served::token(const std::string& role) const {
  auth::identity who;
  who.customer_id = 7;
  who.role = role;
  who.email = "someone@mercat.test";
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return auth::token_issuer(rules).issue(who, now);
}

bool served::becomes_true(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

double served::metric(const std::string& line_start) const {
  const auto text = metrics.text();
  const auto at = text.find("\n" + line_start);
  if (at == std::string::npos) return 0;
  const auto end = text.find('\n', at + 1);
  const auto line = text.substr(at + 1, end - at - 1);
  return std::stod(line.substr(line.rfind(' ') + 1));
}

}  // namespace mercat::tests
