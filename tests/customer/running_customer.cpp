#include "tests/customer/running_customer.hpp"

#include "common/db/migration.hpp"
#include "customer/customer_rpc.hpp"
#include "customer/migrations.hpp"
#include "customer/routes.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <stdexcept>

namespace mercat::test {

namespace {

auth::token_rules test_tokens() {
  auth::token_rules rules;
  rules.keys = {{"1", "a secret of tests, longer than 32 bytes"}};
  return rules;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* into) {
  const std::string line(data, size * count);
  if (const auto colon = line.find(": "); colon != std::string::npos) {
    auto name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    (*static_cast<std::map<std::string, std::string>*>(into))[name] =
        line.substr(colon + 2, line.find_last_not_of("\r\n") - colon - 1);
  }
  return size * count;
}

std::string form(const std::string& email, const std::string& password) {
  json::writer out;
  out.StartObject();
  out.key("email").text(email);
  out.key("password").text(password);
  out.EndObject();
  return out.take();
}

}  // namespace

std::string http_answer::text(std::string_view member) const {
  const auto parsed = json::document::parse(body);
  const auto* found = json::member(parsed.root(), member);
  return found != nullptr && found->IsString() ? found->GetString() : "";
}

std::int64_t http_answer::integer(std::string_view member) const {
  return json::integer(json::document::parse(body).root(), member).value_or(-1);
}

std::string http_answer::slug() const {
  const auto type = text("type");
  return type.substr(type.rfind('/') + 1);
}

running_customer::running_customer(auth::password_hasher_options hashing, customer::reset_rules resetting,
                                   customer::delay_rules delaying, std::int64_t sign_ups_per_hour,
                                   std::chrono::milliseconds database_limit)
    : gate_(broker_.options("").host, broker_.options("").port),
      database_(schema_.options(database_limit), logger_, metrics_),
      hasher_(hashing),
      tokens_(test_tokens()),
      issuer_(tokens_),
      sessions_(database_, issuer_, std::chrono::days{30}, 100),
      guard_(database_, delaying, metrics_) {
  db::migrate(database_, customer::migrations(), std::chrono::seconds{10}, logger_);
  auto through_gate = broker_.options("customer-1 events");
  through_gate.host = "127.0.0.1";
  through_gate.port = gate_.port();
  connection_ = std::make_unique<amqp::connection>(loop_, through_gate, logger_, metrics_);
  publisher_ = std::make_unique<amqp::publisher>(*connection_, "mercat.events", "customer");
  relay_ = std::make_unique<messaging::relay>(database_, *publisher_, loop_, logger_, metrics_);
  const auto remembered = tokens_.lifetime + tokens_.clock_skew;
  const auto wake = [this] { relay_->wake(); };
  passwords_ = std::make_unique<customer::password_writer>(database_, remembered, wake);
  members_ = std::make_unique<customer::membership>(database_, hasher_, sessions_, guard_, *passwords_, loop_,
                                                    sign_ups_per_hour, remembered, wake);
  resets_ = std::make_unique<customer::password_resets>(database_, hasher_, *passwords_, loop_, resetting,
                                                        wake, logger_);
  rpc_connection_ =
      std::make_unique<amqp::connection>(rpc_loop_, broker_.options("customer-1 rpc"), logger_, metrics_);
  rpc_ = std::make_unique<amqp::rpc_server>(*rpc_connection_,
                                            amqp::rpc_server_options{customer::customer_rpc_queue},
                                            customer::customer_rpc(database_, remembered), logger_, metrics_);
  asking_ = std::make_unique<amqp::rpc_client>(
      *rpc_connection_, amqp::rpc_client_options{customer::customer_rpc_queue}, metrics_);
  feed_ =
      std::make_unique<messaging::revocation_feed>(*connection_, "customer-1", revoked_, logger_, metrics_);
  http::server_options options;
  options.access_log = false;
  server_ = std::make_unique<http::server>(
      options, customer::routes(*members_, sessions_, *resets_, addresses_, customers_, "customer-1"),
      std::make_shared<auth::token_verifier>(tokens_, &revoked_), logger_, metrics_);
  server_->start();
}

http_answer running_customer::call(const std::string& method, const std::string& path,
                                   const std::string& body, const std::string& token,
                                   const std::string& traceparent, const std::string& from) const {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl{curl_easy_init(), &curl_easy_cleanup};
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  list = curl_slist_append(list, "Expect:");
  if (!token.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + token).c_str());
  if (!traceparent.empty()) list = curl_slist_append(list, ("traceparent: " + traceparent).c_str());
  if (!from.empty()) list = curl_slist_append(list, ("X-Forwarded-For: " + from).c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{list, &curl_slist_free_all};
  http_answer got;
  const auto url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 20'000L);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  if (method == "POST" || !body.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &got.body);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &got.headers);
  if (const auto code = curl_easy_perform(curl.get()); code != CURLE_OK)
    throw std::runtime_error(method + " " + path + ": " + curl_easy_strerror(code));
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &got.status);
  return got;
}

http_answer running_customer::sign_up(const std::string& email, const std::string& password) const {
  return call("POST", "/signup", form(email, password));
}

http_answer running_customer::log_in(const std::string& email, const std::string& password,
                                     const std::string& from) const {
  return call("POST", "/login", form(email, password), {}, {}, from);
}

http_answer running_customer::refresh(const std::string& token) const {
  return call("POST", "/token/refresh", R"({"refreshToken":")" + token + R"("})");
}

http_answer running_customer::log_out(const std::string& token) const {
  return call("POST", "/logout", R"({"refreshToken":")" + token + R"("})");
}

http_answer running_customer::member(const std::string& email, bool admin) {
  if (const auto made = sign_up(email); made.status != 201) throw std::runtime_error(made.body);
  if (admin)
    schema_.as_root(
        [&](db::session& s) { s.execute("UPDATE customer SET role = 'admin' WHERE email = ?", email); });
  return log_in(email);
}

amqp::rpc_reply running_customer::ask(const std::string& type, const std::string& data) {
  if (!eventually([&] { return rpc_->ready(); })) throw std::runtime_error("nobody consumes CUSTOMER_RPC");
  return wait_for(rpc_loop_,
                  [&] { return asking_->call(type, data, async::deadline::in(std::chrono::seconds{5})); });
}

std::vector<std::string> running_customer::events(std::size_t count) {
  std::vector<std::string> bodies;
  static_cast<void>(eventually([&] {
    for (auto& each : broker_.take("crm-mailer.events")) bodies.push_back(std::move(each));
    return bodies.size() >= count;
  }));
  return bodies;
}

std::vector<std::string> running_customer::traces(std::size_t count) {
  std::vector<std::string> traces;
  static_cast<void>(eventually([&] {
    const auto got = json::document::parse(
        broker_.ask("POST", "/queues/" + broker_.vhost() + "/crm-mailer.events/get",
                    R"({"ackmode":"ack_requeue_false","encoding":"auto","count":100})"));
    for (const auto& each : got.root().GetArray()) {
      const auto& headers = (*json::member(each, "properties"))["headers"];
      traces.emplace_back(json::text(headers, "traceparent").value_or(""));
    }
    return traces.size() >= count;
  }));
  return traces;
}

std::int64_t running_customer::count(const std::string& table) {
  std::int64_t rows = -1;
  schema_.as_root(
      [&](db::session& s) { rows = s.query("SELECT COUNT(*) FROM " + table).front().integer(0); });
  return rows;
}

}  // namespace mercat::test
