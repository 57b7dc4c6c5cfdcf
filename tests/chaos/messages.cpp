#include "tests/chaos/messages.hpp"

#include "common/json/document.hpp"
#include "common/uuid.hpp"
#include "tests/e2e/shop.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <stdexcept>

namespace mercat::chaos {

namespace {

using namespace std::chrono_literals;

constexpr auto tap = "chaos.tap";

std::string text_of(const json::value& of) {
  json::writer out;
  of.Accept(out);
  return out.take();
}

std::string escaped(const std::string& text) {
  const std::unique_ptr<char, decltype(&curl_free)> made{
      curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())), &curl_free};
  return made.get();
}

}  // namespace

messages::messages() {
  std::set<std::string> keys;
  const auto listed =
      json::document::parse(broker_.ask("GET", "/exchanges/mercat/mercat.events/bindings/source"));
  for (const auto& each : listed.root().GetArray()) {
    const std::string queue{json::text(each, "destination").value_or("")};
    const std::string key{json::text(each, "routing_key").value_or("")};
    if (!queue.ends_with(".events")) continue;
    bindings_.emplace_back(key, queue);
    if (key.starts_with("order.") || key.starts_with("product.") || key == "customer.signed-up")
      keys.insert(key);
  }
  broker_.declare_queue(tap, true, R"({"x-queue-type":"quorum","x-max-length":20000})");
  for (const auto& key : keys) broker_.bind("mercat.events", tap, key);
}

messages::~messages() {
  try {
    make_good();
    broker_.delete_queue(tap);
  } catch (const std::exception&) {  // the instance is wiped before the next tests
  }
}

std::vector<messages::heard> messages::take_heard() {
  std::vector<heard> events;
  while (take_some(events)) {
  }
  return events;
}

bool messages::take_some(std::vector<heard>& events) {
  const auto got = broker_.ask("POST", std::string{"/queues/mercat/"} + tap + "/get",
                               R"({"ackmode":"ack_requeue_false","encoding":"auto","count":5000})");
  const auto listed = json::document::parse(got);
  for (const auto& each : listed.root().GetArray()) {
    const auto* properties = json::member(each, "properties");
    events.push_back({std::string{json::text(each, "routing_key").value_or("")},
                      std::string{json::text(each, "payload").value_or("")}, text_of(*properties)});
  }
  return !listed.root().Empty();
}

void messages::send(const std::string& queue, const heard& event) {
  broker_.put(queue, event.payload, event.properties);
}

std::vector<std::string> messages::queues_of(const std::string& type) const {
  std::vector<std::string> queues;
  for (const auto& [key, queue] : bindings_)
    if (key == type) queues.push_back(queue);
  return queues;
}

std::size_t messages::repeat(std::mt19937_64& luck) {
  const std::lock_guard lock(mutex_);
  auto events = take_heard();
  std::ranges::shuffle(events, luck);
  std::size_t sent = 0;
  for (const auto& event : events) {
    if (sent >= 300) break;
    for (const auto& queue : queues_of(event.type)) {
      send(queue, event);
      ++sent;
    }
  }
  return sent;
}

std::size_t messages::reorder(const std::string& queue, const std::function<void()>& meanwhile) {
  {
    const std::lock_guard lock(mutex_);
    deliver_held();  // of a time before, when the broker went away meanwhile
    (void)take_heard();
    held_for_ = queue;
    for (const auto& [key, target] : bindings_) {
      if (target != queue || !key.starts_with("order.")) continue;
      unbound_.emplace_back(key, queue);  // noted before it is so
      broker_.ask("DELETE", "/bindings/mercat/e/mercat.events/q/" + queue + "/" + key);
    }
  }
  meanwhile();
  return make_good();
}

// Bound again first: what is heard twice then is a repeat, what nobody heard would be a loss of ours.
std::size_t messages::deliver_held() {
  while (!unbound_.empty()) {
    broker_.bind("mercat.events", unbound_.back().second, unbound_.back().first);
    unbound_.pop_back();
  }
  if (held_for_.empty()) return 0;
  auto fresh = take_heard();
  held_.insert(held_.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
  std::size_t sent = 0;
  while (!held_.empty()) {
    const auto queues = queues_of(held_.back().type);
    if (std::ranges::find(queues, held_for_) != queues.end()) {
      send(held_for_, held_.back());
      ++sent;
    }
    held_.pop_back();
  }
  held_for_.clear();
  return sent;
}

std::size_t messages::make_good() {
  std::size_t sent = 0;
  const auto done = [&] {
    try {
      const std::lock_guard lock(mutex_);
      sent = deliver_held();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  };
  if (!e2e::becomes_true(done, 60s)) throw std::runtime_error("the events held back could not be delivered");
  return sent;
}

void messages::poison(const std::string& service, const std::string& mark, std::mt19937_64& luck) {
  const std::lock_guard lock(mutex_);
  const std::string queue = service + ".events";
  std::vector<std::string> types;
  for (const auto& [key, target] : bindings_)
    if (target == queue) types.push_back(key);
  types.emplace_back("nobody.knows-this");
  const auto& type = types[luck() % types.size()];
  const std::array<std::string, 4> bodies{
      mark + " is no JSON {", "[\"" + mark + "\"]",
      R"({"orderId":")" + mark + R"(","items":"none","customerId":"x","product":7})",
      "{\"mark\":\"" + mark + "\"}"};
  broker_.put(queue, bodies[luck() % bodies.size()],
              R"({"delivery_mode":2,"content_type":"application/json","message_id":")" + uuid_v7() +
                  R"(","type":")" + type + R"("})");
}

std::size_t messages::close_connections() {
  const auto listed = json::document::parse(broker_.ask("GET", "/vhosts/mercat/connections"));
  std::size_t closed = 0;
  for (const auto& each : listed.root().GetArray()) {
    const std::string name{json::text(each, "name").value_or("")};
    if (name.empty()) continue;
    try {
      broker_.ask("DELETE", "/connections/" + escaped(name));
      ++closed;
    } catch (const std::exception&) {  // gone by itself
    }
  }
  return closed;
}

}  // namespace mercat::chaos
