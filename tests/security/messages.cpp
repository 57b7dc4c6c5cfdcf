// Messages that are none (OWASP API10: what comes from other services is checked, too): to the RPC queues,
// which answer with an error, and to the events of each service, which go to the dead letters. No consumer
// ends of it.
#include "common/uuid.hpp"
#include "tests/e2e/shop.hpp"
#include "tests/security/group.hpp"
#include "tests/security/people.hpp"
#include "tests/security/queue.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using namespace mercat::security;
using namespace std::chrono_literals;

namespace {

struct call_case {
  std::string name, body, expected, more = {};
};

std::string of_type(const std::string& type, const std::string& data) {
  return R"({"type":")" + type + R"(","data":)" + data + "}";
}

// A table of headers within headers.
std::string nested_headers(int levels) {
  std::string table;
  for (int i = 0; i < levels; ++i) table += "{\"h\":";
  return table + "1" + std::string(static_cast<std::size_t>(levels), '}');
}

void try_calls(group& all, const queue& broker, const std::string& to, const std::vector<call_case>& cases) {
  for (const auto& each : cases)
    all.judge(each.name, to, each.expected, broker.call(to, each.body, each.more));
}

// What no RPC queue takes, whoever answers it.
std::vector<call_case> wrong_for_all(const std::string& good) {
  std::vector<call_case> cases;
  for (const auto& [name, body] : no_json()) cases.push_back({"body: " + name, body, "malformed-json"});
  for (const auto* body : {"[]", "1", "null", "\"VIEW_PRODUCT\"", "true"})
    cases.push_back({std::string("body: ") + body, body, "malformed-request"});
  for (const auto* body :
       {"{}", R"({"type":null})", R"({"type":""})", R"({"type":"view_product"})", R"({"type":"DROP TABLE"})",
        R"({"type":"__proto__","data":{}})", R"({"Type":"VIEW_PRODUCT"})"})
    cases.push_back({std::string("body: ") + body, body, "unknown-type"});
  for (const auto* body :
       {R"({"type":1})", R"({"type":["VIEW_PRODUCT"]})", R"({"type":{}})", R"({"type":true})"})
    cases.push_back({std::string("body: ") + body, body, "invalid-body"});
  cases.push_back({"a type of 1 MB", of_type(std::string(1'000'000, 'T'), "1"), "unknown-type"});
  cases.push_back({"6 MB of text", of_type("X", "\"" + std::string(6'000'000, 'x') + "\""), "unknown-type"});
  cases.push_back({"content type text/plain", good, "reply|null", R"(,"content_type":"text/plain")"});
  cases.push_back({"content encoding gzip", good, "reply|null", R"(,"content_encoding":"gzip")"});
  cases.push_back({"a type among the properties", good, "reply|null",
                   R"(,"type":"customer.deleted","message_id":"' OR 1=1","app_id":"shopping")"});
  cases.push_back({"headers 200 levels deep", good, "reply|null", R"(,"headers":)" + nested_headers(200)});
  cases.push_back(
      {"headers of 100 KB", good, "reply|null", R"(,"headers":{"x":")" + std::string(100'000, 'x') + "\"}"});
  cases.push_back({"a traceparent that is none", good, "reply|null",
                   R"(,"headers":{"traceparent":"00-\r\nX: y","status":"abc"})"});
  cases.push_back({"and then a good one", good, "reply|null"});
  return cases;
}

}  // namespace

BOOST_AUTO_TEST_CASE(product_rpc_answers_whatever_it_is_asked) {
  group all("messages to PRODUCT_RPC", "API10");
  const queue broker;
  auto cases = wrong_for_all(of_type("VIEW_PRODUCT", "1"));
  for (const auto* data :
       {"null", "\"\"", "\"abc\"", "0", "-1", "1.5", "18446744073709551616", "\"1 OR 1=1\"", "[]", "[1]",
        "{}", R"({"product_id":null})", R"({"product_id":"x"})", R"({"product_id":[1]})", "true"})
    cases.push_back({std::string("VIEW_PRODUCT ") + data, of_type("VIEW_PRODUCT", data),
                     "invalid-product-id|invalid-body"});
  cases.push_back({"VIEW_PRODUCT without data", R"({"type":"VIEW_PRODUCT"})", "invalid-product-id"});
  for (const auto* data : {"null", "1", "{}", "\"1\"", "[null]", "[[1]]", "[1.5]", "[-1]", "[{}]", "[\"x\"]"})
    cases.push_back({std::string("VIEW_PRODUCTS ") + data, of_type("VIEW_PRODUCTS", data),
                     "invalid-product-ids|invalid-product-id"});
  std::string many = "[1";
  for (int i = 0; i < 1'000; ++i) many += ",1";
  cases.push_back({"VIEW_PRODUCTS of 1,001", of_type("VIEW_PRODUCTS", many + "]"), "invalid-product-ids"});
  for (const auto* data : {R"({"limit":0})", R"({"limit":-1})", R"({"limit":501})",
                           R"({"limit":9223372036854775807})", R"({"after":-1})", "[]", "null", "1"})
    cases.push_back({std::string("EXPORT_PRODUCTS ") + data, of_type("EXPORT_PRODUCTS", data),
                     "invalid-export|invalid-body"});
  for (const auto* data :
       {R"({"limit":"1"})", R"({"limit":1.5})", R"({"after":"0"})", R"({"after":18446744073709551615})"})
    cases.push_back(
        {std::string("EXPORT_PRODUCTS ") + data, of_type("EXPORT_PRODUCTS", data), "invalid-body"});
  try_calls(all, broker, "PRODUCT_RPC", cases);
  all.finish();
}

BOOST_AUTO_TEST_CASE(customer_rpc_answers_whatever_it_is_asked) {
  group all("messages to CUSTOMER_RPC", "API10");
  const queue broker;
  auto cases = wrong_for_all(of_type("VIEW_REVOCATIONS", "{}"));
  for (const auto* data : {"null", "1", "[]", "{}", R"({"customerId":1})", R"({"addressId":1})",
                           R"({"customerId":null,"addressId":1})"})
    cases.push_back({std::string("VIEW_ADDRESS ") + data, of_type("VIEW_ADDRESS", data), "invalid-data"});
  for (const auto* data :
       {R"({"customerId":"1","addressId":1})", R"({"customerId":1,"addressId":[1]})",
        R"({"customerId":1.5,"addressId":1})", R"({"customerId":18446744073709551615,"addressId":1})"})
    cases.push_back({std::string("VIEW_ADDRESS ") + data, of_type("VIEW_ADDRESS", data), "invalid-body"});
  cases.push_back(
      {"VIEW_ADDRESS of nobody", of_type("VIEW_ADDRESS", R"({"customerId":-1,"addressId":-1})"), "null"});
  try_calls(all, broker, "CUSTOMER_RPC", cases);
  all.finish();
}

// Where a reply would do harm, or nobody waits for one.
BOOST_AUTO_TEST_CASE(a_request_without_anybody_to_answer_harms_nobody) {
  group all("messages without a reply", "API10");
  const queue broker;
  const std::map<std::string, std::string> good{{"PRODUCT_RPC", of_type("VIEW_PRODUCT", "1")},
                                                {"CUSTOMER_RPC", of_type("VIEW_REVOCATIONS", "{}")}};
  for (const auto& [to, body] : good)
    for (const auto& [name, properties] : std::vector<std::pair<std::string, std::string>>{
             {"no properties", "{}"},
             {"no reply_to", R"({"correlation_id":"1"})"},
             {"an empty reply_to", R"({"reply_to":""})"},
             {"no correlation_id", R"({"reply_to":"nobody"})"},
             {"a queue that is not there", R"({"reply_to":"nobody","correlation_id":"1"})"},
             {"the queue itself", R"({"reply_to":")" + to + R"(","correlation_id":"1"})"},
             {"no time left", R"({"reply_to":"nobody","expiration":"0"})"},
             {"time that is none", R"({"reply_to":"nobody","expiration":"soon"})"},
             {"time below zero", R"({"reply_to":"nobody","expiration":"-1"})"},
             {"time beyond all", R"({"reply_to":"nobody","expiration":"99999999999999999999"})"},
             {"the direct reply queue of another", R"({"reply_to":"amq.rabbitmq.reply-to.forged"})"}}) {
      const auto taken = broker.put(to, body, properties);
      all.judge(name + ", " + to, to, name.starts_with("time ") ? "refused by the broker" : "taken", taken);
      all.judge(name + ", and then a good one, " + to, to, "reply|null", broker.call(to, body));
    }
  all.finish();
}

namespace {

// Wrong in every way: what each consumer knows, with data that is none.
std::vector<wrong_message> wrong_events(const std::vector<std::string>& types) {
  std::vector<wrong_message> all;
  int count = 0;
  // A blank more each time, so that each body is known by itself.
  const auto add = [&](const std::string& name, const std::string& body, const std::string& more) {
    const auto own = std::string(static_cast<std::size_t>(++count), ' ') + body;
    all.push_back({name, own, R"({"delivery_mode":2)" + more + "}"});
  };
  const auto id = [] { return R"(,"message_id":")" + uuid_v7() + "\""; };
  for (const auto& type : types) {
    const auto named = R"(,"type":")" + type + "\"";
    for (const auto& [name, body] : no_json()) add(type + ": " + name, body, named + id());
    for (
        const auto* body :
        {"[]", "1", "null", "\"x\"", "{}",
         R"({"customerId":"1","orderId":1,"productId":"1","product":1,"items":1})",
         R"({"customerId":null,"orderId":null,"productId":null,"product":null,"items":null})",
         R"({"customerId":1.5,"orderId":"x","productId":1.5,"product":[],"items":{}})",
         R"({"customerId":18446744073709551615,"orderId":"' OR 1=1","productId":18446744073709551615,"product":{"id":"1"},"items":[1]})"})
      add(type + ": " + body, body, named + id());
    add(type + ": no message_id", "{}", named);
    add(type + ": an odd message_id", "{", named + R"(,"message_id":"' OR '1'='1")");
    add(type + ": a message_id of 255 letters", "{",
        named + R"(,"message_id":")" + std::string(255, 'x') + "\"");
    add(type + ": content type and encoding", "{",
        named + id() + R"(,"content_type":"image/png","content_encoding":"gzip")");
    add(type + ": headers 200 levels deep", "{", named + id() + R"(,"headers":)" + nested_headers(200));
    add(type + ": a traceparent that is none", "{", named + id() + R"(,"headers":{"traceparent":"x\r\ny"})");
    add(type + ": 2 MB", "\"" + std::string(2'000'000, 'x') + "\"", named + id());
  }
  for (const auto* type : {"nothing.known", "", "customer.*", "#", "__proto__"})
    add(std::string("type '") + type + "'", "{}", R"(,"type":")" + std::string(type) + "\"" + id());
  add("no type", "{}", id());
  add("no properties at all", "{}", "");
  return all;
}

void try_events(group& all, const std::string& service, const std::vector<wrong_message>& messages) {
  const queue broker;
  std::map<std::string, std::string> not_taken;
  for (const auto& each : messages)
    if (const auto said = broker.put(service + ".events", each.body, each.properties); said != "taken")
      not_taken[each.name] = said;
  auto awaited = messages;
  std::erase_if(awaited, [&](const auto& each) { return not_taken.contains(each.name); });
  const auto dead = broker.dead_letters(service, awaited, 60s);
  for (const auto& each : messages)
    all.judge(each.name, service, "dead letter",
              dead.contains(each.name)        ? "dead letter"
              : not_taken.contains(each.name) ? not_taken.at(each.name)
                                              : "not given up");
}

}  // namespace

BOOST_AUTO_TEST_CASE(shopping_gives_up_what_is_no_event) {
  group all("events to shopping", "API10");
  try_events(all, "shopping",
             wrong_events({"product.updated", "product.stock-changed", "order.decided", "customer.deleted"}));
  all.finish();
}

BOOST_AUTO_TEST_CASE(products_gives_up_what_is_no_event) {
  group all("events to products", "API10");
  try_events(all, "products", wrong_events({"order.created", "order.cancelled"}));
  all.finish();
}

BOOST_AUTO_TEST_CASE(the_mailer_gives_up_what_is_no_event) {
  group all("events to crm-mailer", "API10");
  auto messages = wrong_events({"customer.signed-up", "order.confirmed", "customer.deleted"});
  for (const auto* email :
       {"a@example.test\\r\\nBcc: victim@example.test", "a@example.test,victim@example.test",
        "a b@example.test", "<a@example.test>", "a@", ""})
    messages.push_back(
        {std::string("a sign-up of ") + email,
         R"({"customerId":9000000000000,"email":")" + std::string(email) + R"(","name":"Ann"})",
         R"({"delivery_mode":2,"type":"customer.signed-up","message_id":")" + uuid_v7() + "\"}"});
  try_events(all, "crm-mailer", messages);
  // What is read and is hostile is written as words.
  const queue broker;
  const auto reader = e2e::fresh_email();
  all.judge(
      "a name with a line end", "crm-mailer", "taken",
      broker.put("crm-mailer.events",
                 R"({"customerId":9000000000000,"email":")" + reader +
                     R"(","name":"Ann\r\nBcc: victim@example.test"})",
                 R"({"delivery_mode":2,"type":"customer.signed-up","message_id":")" + uuid_v7() + "\"}"));
  std::vector<e2e::mail> mails;
  const bool came = e2e::becomes_true([&] { return !(mails = e2e::mails_to(reader)).empty(); }, 20s);
  all.judge("its mail goes to one reader", "mailbox", "to one",
            !came                                                  ? "none"
            : mails.front().to.find("victim") == std::string::npos ? "to one"
                                                                   : mails.front().to);
  all.finish();
}

// More than any service takes: the broker refuses it, and the connection of who sent it ends.
BOOST_AUTO_TEST_CASE(what_is_too_large_is_not_carried) {
  group all("messages too large", "API4");
  const queue broker;
  for (const auto* to :
       {"PRODUCT_RPC", "CUSTOMER_RPC", "shopping.events", "products.events", "crm-mailer.events"})
    all.judge(std::string("17 MB, ") + to, to, "refused by the broker",
              broker.put_directly(to, std::string(17 << 20, 'x')));
  all.finish();
}
