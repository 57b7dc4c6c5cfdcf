// Router, decoding, parameters and problem documents.
#include "common/http/percent.hpp"
#include "common/http/problem.hpp"
#include "common/http/router.hpp"
#include "common/json/document.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace mercat;
using namespace mercat::http;

namespace {

route row(method verb, std::string path) {
  return {verb, std::move(path), access::anyone, nullptr};
}

router shop_router() {
  return router({row(method::get, "/"), row(method::get, "/products"), row(method::post, "/products"),
                 row(method::get, "/products/{id}"), row(method::del, "/products/{id}"),
                 row(method::post, "/products/ids"), row(method::get, "/products/{key}/stock"),
                 row(method::get, "/{any}/stock")});
}

std::string template_of(const router& routes, std::string_view path) {
  const auto match = routes.match(path);
  return match.resource == nullptr ? "none" : match.resource->path;
}

bool malformed(const error& why) {
  return why.kind() == fault::malformed;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_literal_segment_wins_over_a_parameter) {
  const auto routes = shop_router();
  BOOST_TEST(template_of(routes, "/products/ids") == "/products/ids");
  BOOST_TEST(template_of(routes, "/products/7") == "/products/{id}");
  BOOST_TEST(template_of(routes, "/products/7/stock") == "/products/{key}/stock");
  BOOST_TEST(template_of(routes, "/products/stock") == "/products/{id}");
  BOOST_TEST(template_of(routes, "/other/stock") == "/{any}/stock");
  BOOST_TEST(template_of(routes, "/") == "/");
}

BOOST_AUTO_TEST_CASE(what_is_not_in_the_table_is_found_by_no_spelling) {
  const auto routes = shop_router();
  for (const auto* path : {"/product", "/products/", "//products", "/products/7/", "/PRODUCTS",
                           "/a/../products", "/products%2F7", "/products/7/stock/x"}) {
    BOOST_TEST(template_of(routes, path) == "none", path);
  }
}

BOOST_AUTO_TEST_CASE(each_path_knows_its_methods) {
  const auto routes = shop_router();
  const auto match = routes.match("/products/7");
  BOOST_TEST(match.resource->allow == "GET, HEAD, DELETE, OPTIONS");
  BOOST_TEST(match.resource->find(method::head) == match.resource->find(method::get));
  BOOST_TEST(match.resource->find(method::put) == nullptr);
  BOOST_TEST(routes.match("/products/7/stock").resource->find(method::get)->parameter_names.at(0) == "key");
}

BOOST_AUTO_TEST_CASE(parameters_are_decoded_inside_their_segment) {
  const auto routes = shop_router();
  BOOST_TEST(routes.match("/products/a%2Fb%20c+d").values.at(0) == "a/b c+d");
  BOOST_TEST(routes.match("/products/%C3%A9").values.at(0) == "\xC3\xA9");
  for (const auto* path : {"/products/%", "/products/%4", "/products/%zz", "/products/%00", "/products/%C3",
                           "/products/%C0%AF", "/products/%ED%A0%80", "/products/%F5%80%80%80"}) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(routes.match(path)), error, malformed);
  }
}

BOOST_AUTO_TEST_CASE(a_table_with_a_doubled_row_does_not_start) {
  BOOST_CHECK_THROW(router({row(method::get, "/a"), row(method::get, "/a")}), std::logic_error);
  BOOST_CHECK_THROW(router({row(method::get, "a")}), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_route_ends_before_nginx_gives_it_up_unless_it_says_otherwise) {
  using std::chrono::milliseconds;
  constexpr milliseconds answer_at_the_latest{150};  // grace, and the tick that notices
  const auto told = [] {
    auto own = row(method::get, "/own");
    own.time_limit = milliseconds{77};
    return own;
  };
  const router routes({row(method::get, "/a"), row(method::post, "/a"), told()});
  const auto limit = [&](std::string_view path, method verb) {
    return routes.match(path).resource->find(verb)->entry->time_limit;
  };
  BOOST_CHECK(limit("/a", method::get) + answer_at_the_latest < milliseconds{1200});
  BOOST_CHECK(limit("/a", method::head) == limit("/a", method::get));
  BOOST_CHECK(limit("/a", method::post) + answer_at_the_latest < milliseconds{3200});
  BOOST_CHECK(limit("/own", method::get) == milliseconds{77});
}

BOOST_AUTO_TEST_CASE(query_parameters_are_decoded_strictly) {
  const auto query = query_parameters::parse("q=a+b%2Bc&empty=&flag&n=12&%C3%A9=1");
  BOOST_TEST(*query.find("q") == "a b+c");
  BOOST_TEST(*query.find("empty") == "");
  BOOST_TEST(*query.find("flag") == "");
  BOOST_TEST(*query.find("\xC3\xA9") == "1");
  BOOST_TEST(query.find("absent") == nullptr);
  BOOST_TEST(query.integer("n", 1, 1, 100) == 12);
  BOOST_TEST(query.integer("absent", 5, 1, 100) == 5);
  for (const auto* text : {"a=1&a=2", "a=%", "a=%00", "a=%FF", "%41=1&A=2"}) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(query_parameters::parse(text)), error, malformed);
  }
  for (const auto* text : {"n=0", "n=101", "n=1x", "n=", "n=+5", "n=99999999999999999999"}) {
    const auto wrong = query_parameters::parse(text);
    BOOST_CHECK_EXCEPTION(static_cast<void>(wrong.integer("n", 1, 1, 100)), error, malformed);
  }
}

BOOST_AUTO_TEST_CASE(an_id_in_the_path_is_a_positive_number) {
  request asked;
  asked.path_parameters = {{"id", "42"},      {"bad", "4x"},  {"zero", "0"}, {"big", "9223372036854775808"},
                           {"padded", "042"}, {"plus", "+42"}};
  BOOST_TEST(asked.id_parameter("id") == 42);
  for (const auto* name : {"bad", "zero", "big", "padded", "plus"}) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(asked.id_parameter(name)), error, malformed);
  }
  BOOST_CHECK_THROW(static_cast<void>(asked.parameter("absent")), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_problem_says_what_the_client_can_use_and_no_more) {
  error cause(fault::malformed, "invalid-body", "The body does not fit.");
  cause.with({{"/name", "must be there"}});
  const auto answer = problem(cause, "/x", "request-1");
  BOOST_TEST(answer.status == 400);
  BOOST_TEST(answer.content_type == "application/problem+json");
  const auto parsed = json::document::parse(answer.body);
  const auto& root = parsed.root();
  BOOST_TEST(json::text(root, "type")->ends_with("/invalid-body"));
  BOOST_TEST(*json::text(root, "title") == "Bad Request");
  BOOST_TEST(*json::integer(root, "status") == 400);
  BOOST_TEST(*json::text(root, "instance") == "/x");
  BOOST_TEST(*json::text(root, "requestId") == "request-1");
  BOOST_TEST(answer.body.find(R"("errors":[{"pointer":"/name","detail":"must be there"}])") !=
             std::string::npos);

  const auto inner = problem(std::make_exception_ptr(std::runtime_error("SELECT 1")), "/x", "request-1");
  BOOST_TEST(inner.status == 500);
  BOOST_TEST(inner.body.find("SELECT") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_problem_carries_the_headers_its_status_demands) {
  const auto header = [](const response& answer, std::string_view name) {
    for (const auto& [key, value] : answer.headers) {
      if (key == name) return value;
    }
    return std::string();
  };
  BOOST_TEST(header(problem(error(fault::unavailable, "x", "y"), "/", "r"), "Retry-After") == "1");
  BOOST_TEST(
      header(problem(error(fault::too_many_requests, "x", "y").retry_in(std::chrono::seconds(7)), "/", "r"),
             "Retry-After") == "7");
  BOOST_TEST(header(problem(error(fault::unauthenticated, "token-required", "y"), "/", "r"),
                    "WWW-Authenticate") == "Bearer realm=\"mercat\"");
  BOOST_TEST(header(problem(error(fault::unauthenticated, "token-expired", "y"), "/", "r"),
                    "WWW-Authenticate") == "Bearer realm=\"mercat\", error=\"invalid_token\"");
}
