// What the edge decides: which BFF, which request id, whose errors, and that replicas share the work.
#include "tests/e2e/shop.hpp"
#include "tests/support/memory.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

std::string bff_for(browser device) {
  return device.get("/api/products?limit=1").header("x-bff");
}

browser with_header(browser device, const std::string& name, const std::string& value) {
  device.header(name, value);
  return device;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_user_agent_chooses_the_bff) {
  BOOST_TEST(bff_for(browser(url(), desktop)) == "web");
  BOOST_TEST(bff_for(browser(url(), iphone)) == "mobile");
  BOOST_TEST(bff_for(browser(url(), "curl/7.88.1")) == "web");
  BOOST_TEST(bff_for(with_header(browser(url(), desktop), "Sec-CH-UA-Mobile", "?1")) == "mobile");
}

BOOST_AUTO_TEST_CASE(x_client_overrides_the_user_agent) {
  BOOST_TEST(bff_for(with_header(browser(url(), iphone), "X-Client", "web")) == "web");
  BOOST_TEST(bff_for(with_header(browser(url(), desktop), "X-Client", "mobile")) == "mobile");
}

BOOST_AUTO_TEST_CASE(without_a_user_agent_the_api_answers_400) {
  browser nameless(url(), "");
  const auto received = nameless.get("/api/products");
  BOOST_TEST(received.status == 400);
  BOOST_TEST(received.problem() == "user-agent-required");
  BOOST_TEST(nameless.get("/status").status == 200);
}

BOOST_AUTO_TEST_CASE(an_answer_says_what_it_varies_by) {
  browser device(url());
  const auto vary = device.get("/api/products?limit=1").header("vary");
  for (const auto* name : {"User-Agent", "Sec-CH-UA-Mobile", "X-Client"})
    BOOST_TEST(vary.find(name) != std::string::npos, "Vary: " << vary);
}

BOOST_AUTO_TEST_CASE(a_clients_own_request_id_is_not_taken_over) {
  browser device(url());
  device.header("X-Request-Id", "chosen-by-the-client-0000");
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.insert(device.get("/api/products?limit=1").header("x-request-id"));
  BOOST_TEST(ids.size() == 3U);
  BOOST_TEST(!ids.contains("chosen-by-the-client-0000"));
  BOOST_TEST(!ids.contains(""));
}

BOOST_AUTO_TEST_CASE(every_error_is_a_problem_document) {
  browser device(url());
  struct expected {
    const char* method;
    const char* path;
    int status;
  };
  for (const auto& each :
       {expected{"GET", "/api/nothing", 404}, expected{"GET", "/nothing", 404},
        expected{"PUT", "/api/products", 405}, expected{"GET", "/api/profile", 401},
        expected{"GET", "/api/products?limit=0", 400}, expected{"GET", "/api/products?limit=101", 400},
        expected{"GET", "/api/products?cursor=forged", 400}}) {
    const auto received = device.send(each.method, each.path);
    BOOST_TEST_CONTEXT(each.method << " " << each.path << " " << received.body) {
      BOOST_TEST(received.status == each.status);
      BOOST_TEST(!received.problem().empty());
      BOOST_TEST(!received.header("x-request-id").empty());
    }
  }
  BOOST_TEST(!device.send("PUT", "/api/products").header("allow").empty());
  BOOST_TEST(!device.get("/api/profile").header("www-authenticate").empty());
}

BOOST_AUTO_TEST_CASE(an_address_that_nginx_cannot_read_is_refused_like_any_other_of_the_api) {
  browser device(url());
  const auto received = device.get("/api/products/%00");
  BOOST_TEST(received.status == 400);
  BOOST_TEST(received.problem() == "bad-request");
  BOOST_TEST(received.header("x-bff") == "web");
  BOOST_TEST(!received.header("vary").empty());
  BOOST_TEST(browser(url(), "").get("/api/a%20product").problem() == "user-agent-required");
}

BOOST_AUTO_TEST_CASE(an_address_that_grows_too_long_on_its_way_is_414_and_harms_nobody) {
  browser device(url());
  for (int i = 0; i < 30; ++i) {
    const auto received = device.get("/api/products/" + std::string(7000, '!'));  // a BFF writes %21
    BOOST_TEST(received.status == 414);
    BOOST_TEST(received.problem() == "uri-too-long");
  }
  BOOST_TEST(device.get("/api/products/1").status == 200);
}

BOOST_AUTO_TEST_CASE(one_product_has_one_address) {
  browser device(url());
  BOOST_TEST(device.get("/api/products/1").status == 200);
  BOOST_TEST(device.get("/api/products/0001").status == 400);
}

BOOST_AUTO_TEST_CASE(a_phones_list_has_short_items_and_all_else) {
  browser phone(url(), iphone);
  const auto list = phone.get("/api/products?limit=1").json();
  for (const auto* member : {"products", "categories", "nextCursor"})
    BOOST_TEST(list.root().HasMember(member), member);
  BOOST_REQUIRE(list.root()["products"].Size() == 1U);
  BOOST_TEST(list.root()["products"][0].MemberCount() == 6U);
  BOOST_TEST(phone.get("/api/home").json().root().HasMember("categories"));
}

BOOST_AUTO_TEST_CASE(a_problem_has_the_same_title_whoever_states_it) {
  browser device(url());
  const auto title = [&](const char* method, const char* path) {
    const auto document = device.send(method, path).json();
    return std::string{json::text(document.root(), "title").value_or("")};
  };
  BOOST_TEST(title("GET", "/nothing") == title("GET", "/api/nothing"));
  BOOST_TEST(title("PUT", "/status") == title("PUT", "/api/products"));
}

BOOST_AUTO_TEST_CASE(options_names_the_methods_of_status) {
  browser device(url());
  const auto received = device.send("OPTIONS", "/status");
  BOOST_TEST(received.status == 204);
  BOOST_TEST(received.header("allow") == "GET, HEAD, OPTIONS");
  BOOST_TEST(device.send("DELETE", "/status").header("allow") == "GET, HEAD, OPTIONS");
}

BOOST_AUTO_TEST_CASE(head_works_wherever_get_does) {
  browser device(url());
  for (const auto* path :
       {"/api/products?limit=1", "/api/products/1", "/api/home", "/api/whoami", "/status"}) {
    const auto received = device.send("HEAD", path);
    BOOST_TEST(received.status == 200, path);
    BOOST_TEST(received.body.empty(), path);
  }
}

BOOST_AUTO_TEST_CASE(a_body_beyond_the_limit_is_413_and_one_that_is_not_json_is_415) {
  browser device(url());
  BOOST_TEST(device.post("/api/login", std::string(2 * 1024 * 1024, ' ')).status == 413);
  device.header("Content-Type", "text/plain");
  BOOST_TEST(device.post("/api/login", "email=x").status == 415);
}

BOOST_AUTO_TEST_CASE(https_is_there_in_development_too_but_nobody_is_told_to_stay_with_it) {
  browser secure(variable("MERCAT_HTTPS_URL"));
  const auto received = secure.get("/api/products?limit=1");
  BOOST_TEST(received.status == 200, received.failure);
  BOOST_TEST(received.header("strict-transport-security").empty());
  BOOST_TEST(browser(url()).get("/api/products?limit=1").status == 200);
}

BOOST_AUTO_TEST_CASE(a_script_of_a_developer_is_as_fast_as_it_can_be) {
  browser script(url());
  for (int i = 0; i < 300; ++i) BOOST_REQUIRE_EQUAL(script.post("/api/signup", "{}").status, 400);
}

BOOST_AUTO_TEST_CASE(without_a_list_of_origins_nobody_is_told_that_he_may_use_the_api) {
  browser page(url());
  page.header("Origin", "https://shop.example");
  page.header("Access-Control-Request-Method", "GET");
  for (const auto* method : {"GET", "OPTIONS"}) {
    const auto received = page.send(method, "/api/products?limit=1");
    BOOST_TEST(received.header("access-control-allow-origin").empty(), method);
    BOOST_TEST(received.header("vary").find("Origin") == std::string::npos, method);
  }
}

BOOST_AUTO_TEST_CASE(whoami_shows_both_replicas_of_each_service) {
  browser device(url());
  std::set<std::string> seen;
  BOOST_TEST(becomes_true(
      [&] {
        for (const auto agent : {desktop, iphone}) {
          browser fresh(url(), agent);
          const auto document = fresh.get("/api/whoami").json();
          for (const auto& each : document.root().GetObject())
            if (each.value.IsString()) seen.insert(each.value.GetString());
        }
        return seen.size() == 10;
      },
      20s));
  for (const auto* name : {"bff-web-1", "bff-web-2", "bff-mobile-1", "bff-mobile-2", "customer-1",
                           "customer-2", "products-1", "products-2", "shopping-1", "shopping-2"})
    BOOST_TEST(seen.contains(name), name << " never answered");
}

BOOST_AUTO_TEST_CASE(a_process_that_was_just_started_is_small) {
  constexpr std::int64_t limit_kib = 24 * 1024;
  BOOST_REQUIRE_EQUAL(command("restart all"), 0);
  for (const auto& each : replicas()) {
    const auto resident = test::resident_kib(each.pid);
    BOOST_TEST_MESSAGE(each.name << " " << resident << " KiB resident");
    BOOST_TEST((resident < limit_kib || !test::memory_tells), each.name);
  }
}
