// What no service can handle, and what an operator does about it with ./mercat dead-letters.
#include "common/uuid.hpp"
#include "tests/e2e/shop.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

// Puts a message into a queue of the instance, as its administrator.
void put(const std::string& queue, const std::string& id, const std::string& type, const std::string& body) {
  browser administrator(variable("MERCAT_AMQP_MANAGEMENT_URL"));
  json::writer out;
  out.StartObject();
  out.key("routing_key").text(queue);
  out.key("payload").text(body);
  out.key("payload_encoding").text("string");
  out.key("properties").raw(R"({"message_id":")" + id + R"(","type":")" + type + R"(","delivery_mode":2})");
  out.EndObject();
  const auto answered = administrator.post("/api/exchanges/mercat/amq.default/publish", out.take());
  BOOST_REQUIRE_EQUAL(answered.status, 200);
  BOOST_REQUIRE_EQUAL(answered.body, R"({"routed":true})");
}

// Ids of a service's dead letters, the oldest first.
std::vector<std::string> dead_letters_of(const std::string& service) {
  const auto listed =
      json::document::parse(output_of("dead-letters list " + service + " --json --limit 60000"));
  std::vector<std::string> ids;
  for (const auto& each : listed.root()["letters"].GetArray())
    ids.emplace_back(json::text(each, "id").value());
  return ids;
}

bool is_dead(const std::string& service, const std::string& id) {
  const auto all = dead_letters_of(service);
  return std::find(all.begin(), all.end(), id) != all.end();
}

std::string signed_up(std::int64_t customer, const std::string& email) {
  return "{\"customerId\":" + std::to_string(customer) + R"(,"email":")" + email + R"(","name":"Ada"})";
}

constexpr std::int64_t nobody = 9'000'000'000'000;  // no customer has this id

}  // namespace

BOOST_AUTO_TEST_CASE(a_poison_message_of_any_consumer_is_listed_shown_and_dropped) {
  for (const std::string service : {"crm-mailer", "shopping"}) {  // products consumes no event yet
    const auto poison = uuid_v7();
    put(service + ".events", poison, "nothing.known", R"({"what":"poison","for":")" + service + "\"}");
    BOOST_REQUIRE_MESSAGE(becomes_true([&] { return is_dead(service, poison); }, 30s), service);

    const auto listed = output_of("dead-letters");
    const auto at = listed.find(poison);
    BOOST_REQUIRE(at != std::string::npos);
    const auto line = listed.substr(at, listed.find('\n', at) - at);
    for (const auto& part : {std::string("nothing.known"), service + ".events", std::string("unknown type")})
      BOOST_TEST(line.find(part) != std::string::npos, line);

    const auto shown = output_of("dead-letters show " + service + " " + poison);
    for (const auto* part : {"nothing.known", "\"what\": \"poison\"", "header x-death"})
      BOOST_TEST(shown.find(part) != std::string::npos, shown);

    BOOST_TEST(command("dead-letters drop " + service + " " + poison + " </dev/null") != 0);
    BOOST_TEST(is_dead(service, poison));
    BOOST_TEST(command("dead-letters drop " + service + " " + poison + " --yes") == 0);
    BOOST_TEST(!is_dead(service, poison));
    BOOST_TEST(command("dead-letters drop " + service + " " + poison + " --yes") != 0);
  }
}

BOOST_AUTO_TEST_CASE(a_replayed_sign_up_gives_its_mail_exactly_once) {
  const auto event = uuid_v7();
  const auto email = fresh_email();
  put("crm-mailer.dead", event, "customer.signed-up", signed_up(nobody, email));
  BOOST_TEST(mails_to(email).empty());
  BOOST_TEST(command("dead-letters replay crm-mailer " + event) == 0);
  BOOST_TEST(becomes_true([&] { return mails_to(email).size() == 1; }, 30s));
  BOOST_TEST(!is_dead("crm-mailer", event));
  BOOST_TEST(command("dead-letters replay crm-mailer " + event) != 0);

  // As if the first replay had died between the broker's confirm and the acknowledgement.
  put("crm-mailer.dead", event, "customer.signed-up", signed_up(nobody, email));
  BOOST_TEST(command("dead-letters replay crm-mailer " + event) == 0);
  browser device(url());
  const auto later = sign_up(device);
  BOOST_TEST(becomes_true([&] { return !mails_to(later.email).empty(); }, 30s));
  BOOST_TEST(mails_to(email).size() == 1U);
  BOOST_TEST(!is_dead("crm-mailer", event));
}

BOOST_AUTO_TEST_CASE(what_was_refused_and_is_mended_gives_its_mail_when_replayed) {
  const auto event = uuid_v7();
  put("crm-mailer.events", event, "customer.signed-up", "{");
  BOOST_REQUIRE(becomes_true([&] { return is_dead("crm-mailer", event); }, 30s));
  BOOST_TEST(command("dead-letters drop crm-mailer " + event + " --yes") == 0);
  const auto email = fresh_email();
  put("crm-mailer.dead", event, "customer.signed-up", signed_up(nobody, email));
  BOOST_TEST(command("dead-letters replay crm-mailer " + event) == 0);
  BOOST_TEST(becomes_true([&] { return mails_to(email).size() == 1; }, 30s));
}

BOOST_AUTO_TEST_CASE(what_is_not_chosen_stays_in_its_order) {
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) put("products.dead", ids.emplace_back(uuid_v7()), "nothing.known", "{}");
  const auto ours = [&] {
    auto all = dead_letters_of("products");
    std::erase_if(all, [&](const auto& id) { return std::find(ids.begin(), ids.end(), id) == ids.end(); });
    return all;
  };
  BOOST_TEST(command("dead-letters show products " + ids[7] + " >/dev/null") == 0);
  BOOST_TEST(command("dead-letters list products --limit 3 >/dev/null") == 0);
  for (const int dropped : {5, 0}) {
    BOOST_TEST(command("dead-letters drop products " + ids[static_cast<std::size_t>(dropped)] + " --yes") ==
               0);
    ids.erase(ids.begin() + dropped);
    BOOST_TEST(ours() == ids, boost::test_tools::per_element());
  }
  while (!ids.empty()) {
    BOOST_TEST(command("dead-letters drop products " + ids.back() + " --yes >/dev/null") == 0);
    ids.pop_back();
  }
  BOOST_TEST(ours().empty());
}

BOOST_AUTO_TEST_CASE(an_account_that_is_deleted_leaves_no_address_in_the_dead_letters) {
  browser device(url());
  const auto leaving = sign_up(device);
  const auto theirs = uuid_v7();
  const auto others = uuid_v7();
  put("crm-mailer.dead", theirs, "customer.signed-up", signed_up(leaving.id, leaving.email));
  put("crm-mailer.dead", others, "customer.signed-up", signed_up(nobody, fresh_email()));
  BOOST_REQUIRE(is_dead("crm-mailer", theirs));
  device.log_in_as(leaving.token);
  BOOST_REQUIRE_EQUAL(device.del("/api/profile").status, 204);
  BOOST_TEST(becomes_true([&] { return !is_dead("crm-mailer", theirs); }, 30s));
  BOOST_TEST(is_dead("crm-mailer", others));
  BOOST_TEST(command("dead-letters drop crm-mailer " + others + " --yes") == 0);
}

BOOST_AUTO_TEST_CASE(a_wrong_call_says_so_and_does_nothing) {
  for (const auto* wrong : {"replay crm-mailer", "drop crm-mailer --all", "list nobody", "show",
                            "throw crm-mailer 1", "drop crm-mailer 1 --all --yes", "list --limit 0"})
    BOOST_TEST(command(std::string("dead-letters ") + wrong + " </dev/null 2>/dev/null") != 0, wrong);
  BOOST_TEST(output_of("dead-letters --help").find("replay <service>") != std::string::npos);
}
