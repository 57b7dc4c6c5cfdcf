#include "tests/support/broker.hpp"

#include "common/json/document.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace mercat::test {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    throw std::runtime_error(std::string{name} +
                             " is not set: this test needs a RabbitMQ. Run it with ./mercat test, or set "
                             "MERCAT_AMQP_URL and MERCAT_AMQP_MANAGEMENT_URL");
  }
  return value;
}

std::string part_of(const std::string& url, CURLUPart part) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed{curl_url(), &curl_url_cleanup};
  char* text = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
      curl_url_get(parsed.get(), part, &text, CURLU_URLDECODE) != CURLUE_OK) {
    throw std::runtime_error("not a URL of a broker with user, password, host and port");
  }
  const std::unique_ptr<char, decltype(&curl_free)> owned{text, &curl_free};
  return owned.get();
}

std::size_t append(char* data, std::size_t size, std::size_t count, void* target) {
  static_cast<std::string*>(target)->append(data, size * count);
  return size * count;
}

struct answer {
  long status = 0;
  std::string body;
};

answer request(const std::string& url, std::string_view method, std::string_view body) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl{curl_easy_init(), &curl_easy_cleanup};
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{
      curl_slist_append(nullptr, "Content-Type: application/json"), &curl_slist_free_all};
  answer got;
  const std::string verb{method};
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, verb.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 20000L);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  if (!body.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.data());
  }
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &got.body);
  if (const auto code = curl_easy_perform(curl.get()); code != CURLE_OK) {
    throw std::runtime_error(std::string{"RabbitMQ's management API: "} + curl_easy_strerror(code));
  }
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &got.status);
  return got;
}

std::string quoted(std::string_view text) {
  json::writer out;
  out.text(text);
  return out.take();
}

std::string scratch_name() {
  std::random_device random;
  std::ostringstream name;
  name << "test-" << ::getpid() << "-" << std::hex << random();
  return name.str();
}

// A file of the checkout, looked for upwards from the test program and from the working directory.
std::ifstream open_in_checkout(const std::filesystem::path& name) {
  for (auto place :
       {std::filesystem::read_symlink("/proc/self/exe"), std::filesystem::current_path() / "."}) {
    while (place.has_relative_path()) {
      place = place.parent_path();
      if (std::filesystem::exists(place / name)) return std::ifstream{place / name};
    }
  }
  throw std::runtime_error("no " + name.string() + " above the test program or the working directory");
}

// The shop's topology as the management API imports it into one vhost: no users, no vhost names.
std::string shop_definitions() {
  auto file = open_in_checkout("deploy/rabbitmq/definitions.json.in");
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto all = json::document::parse(text);
  rapidjson::Document kept{rapidjson::kObjectType};
  for (const char* section : {"policies", "exchanges", "queues", "bindings"}) {
    rapidjson::Value entries{*json::member(all.root(), section), kept.GetAllocator()};
    for (auto& each : entries.GetArray()) each.RemoveMember("vhost");
    kept.AddMember(rapidjson::StringRef(section), entries, kept.GetAllocator());
  }
  json::writer out;
  kept.Accept(out);
  return out.take();
}

}  // namespace

broker::broker(topology declared)
    : amqp_url_(variable("MERCAT_AMQP_URL")),
      management_url_(variable("MERCAT_AMQP_MANAGEMENT_URL")),
      vhost_(scratch_name()) {
  while (management_url_.ends_with('/')) management_url_.pop_back();
  ask("PUT", "/vhosts/" + vhost_, "{}");
  ask("PUT", "/permissions/" + vhost_ + "/" + part_of(amqp_url_, CURLUPART_USER),
      R"({"configure":".*","write":".*","read":".*"})");
  if (declared == topology::shop) ask("POST", "/definitions/" + vhost_, shop_definitions());
}

broker::broker(std::string existing_vhost)
    : amqp_url_(variable("MERCAT_AMQP_URL")),
      management_url_(variable("MERCAT_AMQP_MANAGEMENT_URL")),
      vhost_(std::move(existing_vhost)),
      scratch_(false) {
  while (management_url_.ends_with('/')) management_url_.pop_back();
}

broker::~broker() {
  if (!scratch_) return;
  try {
    ask("DELETE", "/vhosts/" + vhost_);
  } catch (const std::exception&) {  // a broker that is away: the vhost is left to its next wipe
  }
}

amqp::connection_options broker::options(std::string connection_name) const {
  amqp::connection_options made;
  made.host = part_of(amqp_url_, CURLUPART_HOST);
  made.port = static_cast<std::uint16_t>(std::stoi(part_of(amqp_url_, CURLUPART_PORT)));
  made.user = part_of(amqp_url_, CURLUPART_USER);
  made.password = part_of(amqp_url_, CURLUPART_PASSWORD);
  made.vhost = vhost_;
  made.name = std::move(connection_name);
  return made;
}

std::string broker::ask(std::string_view method, std::string_view path, std::string_view body) const {
  auto got = request(management_url_ + "/api" + std::string{path}, method, body);
  if (got.status >= 300) {
    throw std::runtime_error(std::string{method} + " " + std::string{path} + ": " +
                             std::to_string(got.status) + " " + got.body);
  }
  return std::move(got.body);
}

void broker::declare_exchange(std::string_view name, std::string_view type) const {
  ask("PUT", "/exchanges/" + vhost_ + "/" + std::string{name},
      R"({"durable":true,"type":)" + quoted(type) + "}");
}

void broker::declare_queue(std::string_view name, bool durable, std::string_view arguments) const {
  ask("PUT", "/queues/" + vhost_ + "/" + std::string{name},
      std::string{R"({"durable":)"} + (durable ? "true" : "false") + R"(,"arguments":)" +
          std::string{arguments} + "}");
}

void broker::bind(std::string_view exchange, std::string_view queue, std::string_view key) const {
  ask("POST", "/bindings/" + vhost_ + "/e/" + std::string{exchange} + "/q/" + std::string{queue},
      R"({"routing_key":)" + quoted(key) + "}");
}

void broker::delete_queue(std::string_view name) const {
  ask("DELETE", "/queues/" + vhost_ + "/" + std::string{name});
}

bool broker::has_queue(std::string_view name) const {
  return request(management_url_ + "/api/queues/" + vhost_ + "/" + std::string{name}, "GET", {}).status ==
         200;
}

std::vector<std::string> broker::take(std::string_view queue, std::size_t most) const {
  const auto got =
      ask("POST", "/queues/" + vhost_ + "/" + std::string{queue} + "/get",
          R"({"ackmode":"ack_requeue_false","encoding":"auto","count":)" + std::to_string(most) + "}");
  const auto messages = json::document::parse(got);
  std::vector<std::string> bodies;
  for (const auto& each : messages.root().GetArray()) bodies.emplace_back(*json::text(each, "payload"));
  return bodies;
}

void broker::put(std::string_view queue, std::string_view body, std::string_view properties) const {
  const auto got = ask("POST", "/exchanges/" + vhost_ + "/amq.default/publish",
                       R"({"routing_key":)" + quoted(queue) + R"(,"payload":)" + quoted(body) +
                           R"(,"payload_encoding":"string","properties":)" + std::string{properties} + "}");
  if (got.find("true") == std::string::npos) throw std::runtime_error("no such queue");
}

std::vector<std::string> broker::connections() const {
  const auto listed = json::document::parse(ask("GET", "/vhosts/" + vhost_ + "/connections"));
  std::vector<std::string> names;
  for (const auto& each : listed.root().GetArray()) {
    if (const auto name = json::text(each, "user_provided_name")) names.emplace_back(*name);
  }
  return names;
}

bool broker::kill_connection(std::string_view name) const {
  const auto listed = json::document::parse(ask("GET", "/vhosts/" + vhost_ + "/connections"));
  bool killed = false;
  for (const auto& each : listed.root().GetArray()) {
    if (json::text(each, "user_provided_name").value_or("") != name) continue;
    std::string id{*json::text(each, "name")};
    const std::unique_ptr<char, decltype(&curl_free)> escaped{
        curl_easy_escape(nullptr, id.data(), static_cast<int>(id.size())), &curl_free};
    killed |= request(management_url_ + "/api/connections/" + escaped.get(), "DELETE", {}).status == 204;
  }
  return killed;
}

}  // namespace mercat::test
