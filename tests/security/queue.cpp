#include "tests/security/queue.hpp"

#include "common/amqp/queue_sieve.hpp"
#include "common/json/document.hpp"
#include "common/uuid.hpp"

#include <openssl/evp.h>

#include <future>
#include <stop_token>
#include <thread>
#include <utility>

namespace mercat::security {

namespace {

using clock = std::chrono::steady_clock;

std::string base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// The ends of a body are enough to know it by.
std::string mark_of(const std::string& body) {
  const auto head = body.substr(0, 80);
  return std::to_string(body.size()) + " " + head + " " +
         body.substr(body.size() - std::min<std::size_t>(body.size(), 80));
}

// Publishes one message and waits for what the broker says to it: a confirm, or the end of the connection.
class one_message final : public amqp::channel_user {
 public:
  one_message(std::string to, std::string body) : to_(std::move(to)), body_(std::move(body)) {}

  void on_open(amqp::channel& fresh) override {
    if (std::exchange(sent_, true)) return;
    fresh.select_confirms();
    amqp::publish_options options;
    options.routing_key = to_;
    options.type = "nothing.known";
    fresh.publish(options, body_);
  }
  void on_closed() override { say("refused by the broker"); }
  void on_confirm(std::uint64_t, bool, bool acknowledged) override {
    say(acknowledged ? "taken" : "refused by the broker");
  }

  std::string outcome() {
    auto said = said_.get_future();
    return said.wait_for(std::chrono::seconds{20}) == std::future_status::ready ? said.get() : "no word";
  }

 private:
  void say(const char* what) {
    if (sent_ && !std::exchange(over_, true)) said_.set_value(what);
  }

  const std::string to_, body_;
  bool sent_ = false;
  bool over_ = false;
  std::promise<std::string> said_;
};

}  // namespace

const std::vector<std::pair<std::string, std::string>>& no_json() {
  static const std::vector<std::pair<std::string, std::string>> all{
      {"nothing", ""},
      {"words", "not json"},
      {"an open object", "{"},
      {"invalid UTF-8", "{\"a\":\"\xC3\x28\"}"},
      {"a NUL", std::string("{}\0", 3)},
      {"NULs", std::string(1'000, '\0')},
      {"a byte order mark", "\xEF\xBB\xBF{}"},
      {"100,000 levels", std::string(100'000, '[') + std::string(100'000, ']')},
      {"100,000 levels of objects",
       [] {
         std::string open;
         for (int i = 0; i < 100'000; ++i) open += "{\"a\":";
         return open + "1" + std::string(100'000, '}');
       }()},
      {"1 MB of brackets", std::string(1'000'000, '[')},
      {"a doubled member", R"({"type":"VIEW_PRODUCT","type":"VIEW_PRODUCT","data":1})"},
      {"something behind it", R"({"type":"VIEW_PRODUCT","data":1} x)"},
      {"a lone surrogate", R"({"type":"\ud800"})"},
      {"1e400", R"({"type":"VIEW_PRODUCT","data":1e400})"},
      {"gzip", std::string("\x1f\x8b\x08\0\0\0\0\0\0\3", 10)},
      {"another protocol", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"}};
  return all;
}

queue::queue() : replies_("attack-" + uuid_v7()) {
  broker_.declare_queue(replies_, false);
}

queue::~queue() {
  try {
    broker_.delete_queue(replies_);
  } catch (const std::exception&) {  // not durable: it goes with the broker
  }
}

std::string queue::put(const std::string& name, const std::string& body,
                       const std::string& properties) const {
  return tell("amq.default", name, body, properties);
}

std::string queue::tell(const std::string& exchange, const std::string& key, const std::string& body,
                        const std::string& properties) const {
  try {
    const auto got = broker_.ask("POST", "/exchanges/mercat/" + exchange + "/publish",
                                 R"({"routing_key":")" + key + R"(","payload":")" + base64(body) +
                                     R"(","payload_encoding":"base64","properties":)" + properties + "}");
    return got.find("true") == std::string::npos ? "not routed" : "taken";
  } catch (const std::runtime_error& failure) {
    const std::string what = failure.what();
    return what.find(": 400 ") == std::string::npos ? what.substr(0, 200) : "refused by the broker";
  }
}

std::string queue::put_directly(const std::string& name, const std::string& body) const {
  async::event_loop loop("attack");
  log::logger quiet("attack", "attack-1", log::level::error);
  metrics::registry metrics;
  amqp::connection connection(loop, broker_.options("attack"), quiet, metrics);
  one_message message(name, body);
  connection.add(message);
  auto outcome = message.outcome();
  connection.remove(message);
  return outcome;
}

std::string queue::call(const std::string& name, const std::string& body, const std::string& more,
                        std::chrono::milliseconds limit) const {
  (void)broker_.take(replies_);
  const auto taken =
      put(name, body,
          R"({"reply_to":")" + replies_ + R"(","correlation_id":"1","expiration":"5000")" + more + "}");
  if (taken != "taken") return taken;
  for (const auto until = clock::now() + limit; clock::now() < until;
       std::this_thread::sleep_for(std::chrono::milliseconds{5})) {
    const auto replies = broker_.take(replies_);
    if (replies.empty()) continue;
    const auto reply = json::document::parse(replies.front());
    if (!reply.root().IsObject()) return reply.root().IsNull() ? "null" : "reply";
    return std::string(json::text(reply.root(), "error").value_or("reply"));
  }
  return "none";
}

std::set<std::string> queue::dead_letters(const std::string& service, const std::vector<wrong_message>& sent,
                                          std::chrono::milliseconds limit) const {
  std::map<std::string, std::string> names;
  for (const auto& each : sent) names[mark_of(each.body)] = each.name;
  std::set<std::string> found;
  const amqp::sieve ours{[&](const amqp::message& one) {
                           const auto mark = mark_of(one.body);
                           return names.contains(mark) ? mark : std::string{};
                         },
                         [](const std::set<std::string>& marks) { return marks; }};
  const amqp::sieve noting{[&](const amqp::message& one) {
                             const auto mark = ours.mark(one);
                             if (!mark.empty()) found.insert(names.at(mark));
                             return mark;
                           },
                           ours.pick};
  for (const auto until = clock::now() + limit; found.size() < names.size() && clock::now() < until;
       std::this_thread::sleep_for(std::chrono::milliseconds{200}))
    (void)amqp::sift(broker_.options("attack"), service + ".dead", noting, std::chrono::seconds{10}, {});
  return found;
}

}  // namespace mercat::security
