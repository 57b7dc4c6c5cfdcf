#include "common/json/schema.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace json = mercat::json;

namespace {

const json::schema sign_up{R"({
  "type": "object", "required": ["email", "password"],
  "properties": {
    "email": {"type": "string", "maxLength": 254, "pattern": "^[^@ ]+@[^@ ]+$"},
    "password": {"type": "string", "minLength": 8, "maxLength": 128},
    "name": {"type": ["string", "null"], "minLength": 1},
    "age": {"type": "integer", "minimum": 18, "maximum": 150},
    "share": {"type": "number", "minimum": 0, "exclusiveMinimum": true},
    "kind": {"enum": ["private", "company"]},
    "a/b~c": {"type": "boolean"},
    "items": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true,
              "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}
  }})"};

std::string said_of(const json::schema& rules, const std::string& body) {
  std::string all;
  for (const auto& each : rules.violations(json::document::parse(body).root())) {
    all += each.pointer + " " + each.detail + "\n";
  }
  return all;
}

// A sign-up that is right but for one more member.
std::string with(const std::string& member) {
  return said_of(sign_up, "{\"email\":\"a@b\",\"password\":\"12345678\"," + member + "}");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_good_body_has_no_violations_and_unknown_members_are_ignored) {
  BOOST_TEST(with("\"other\":[1,{\"x\":null}]") == "");
  BOOST_CHECK_NO_THROW(
      sign_up.require(json::document::parse("{\"email\":\"a@b\",\"password\":\"12345678\"}").root()));
}

BOOST_AUTO_TEST_CASE(every_failing_place_is_named_once) {
  BOOST_TEST(
      said_of(sign_up, "{\"password\":\"short\",\"age\":17,\"items\":[{\"id\":1},{},{\"id\":\"x\"}]}") ==
      "/email is required\n"
      "/age must be at least 18\n"
      "/items/1/id is required\n"
      "/items/2/id must be an integer\n"
      "/password must be at least 8 characters long\n");
}

BOOST_AUTO_TEST_CASE(details_are_sentences_for_people) {
  BOOST_TEST(said_of(sign_up, "[]") == " must be an object\n");
  BOOST_TEST(said_of(sign_up, "7") == " must be an object\n");
  BOOST_TEST(with("\"name\":\"\"") == "/name must not be empty\n");
  BOOST_TEST(with("\"name\":3") == "/name must be a text or null\n");
  BOOST_TEST(with("\"age\":1.5") == "/age must be an integer\n");
  BOOST_TEST(with("\"age\":200") == "/age must be at most 150\n");
  BOOST_TEST(with("\"share\":0") == "/share must be greater than 0\n");
  BOOST_TEST(with("\"kind\":\"x\"") == "/kind must be one of: private, company\n");
  BOOST_TEST(with("\"a/b~c\":1") == "/a~1b~0c must be true or false\n");
  BOOST_TEST(with("\"items\":[]") == "/items must have at least 1 item\n");
  BOOST_TEST(with("\"items\":[{\"id\":1},{\"id\":2},{\"id\":3},{\"id\":4}]") ==
             "/items must have at most 3 items\n");
  BOOST_TEST(with("\"items\":[{\"id\":1},{\"id\":1}]") == "/items/1 must not repeat an earlier item\n");
  BOOST_TEST(said_of(sign_up, "{\"email\":\"nobody\",\"password\":\"12345678\"}") ==
             "/email must have the form ^[^@ ]+@[^@ ]+$\n");
}

BOOST_AUTO_TEST_CASE(lengths_count_characters_not_bytes) {
  const std::string eight = "\xF0\x9F\x98\x80\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4";
  BOOST_TEST(said_of(sign_up, "{\"email\":\"a@b\",\"password\":\"" + eight + "\"}") == "");
  BOOST_TEST(said_of(sign_up, "{\"email\":\"a@b\",\"password\":\"" + eight.substr(0, eight.size() - 2) +
                                  "\"}") == "/password must be at least 8 characters long\n");
}

BOOST_AUTO_TEST_CASE(unknown_members_can_be_refused) {
  const json::schema closed{R"({"type":"object","properties":{"a":{}},"additionalProperties":false})"};
  BOOST_TEST(said_of(closed, "{\"a\":1}") == "");
  BOOST_TEST(said_of(closed, "{\"b\":1}").find("has a member that is not known") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_rule_across_places_is_told_too) {
  const json::schema either{R"({"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]})"};
  BOOST_TEST(said_of(either, "{\"b\":1}") == "");
  BOOST_TEST(said_of(either, "{}") == " is not valid\n");
}

BOOST_AUTO_TEST_CASE(the_number_of_violations_is_bounded) {
  const json::schema numbers{R"({"type":"array","items":{"type":"integer"}})"};
  std::string body = "[\"x\"";
  for (int i = 0; i < 10'000; ++i) body += ",\"x\"";
  const auto found = numbers.violations(json::document::parse(body + "]").root());
  BOOST_TEST(found.size() == 20U);
}

BOOST_AUTO_TEST_CASE(require_throws_what_the_client_needs_to_know) {
  try {
    sign_up.require(json::document::parse("{\"email\":\"a@b\"}").root());
    BOOST_FAIL("accepted");
  } catch (const mercat::error& refused) {
    BOOST_TEST((refused.kind() == mercat::fault::malformed));
    BOOST_TEST(refused.slug() == "invalid-body");
    BOOST_TEST(refused.detail() == "password is required");
    BOOST_TEST(refused.violations().at(0).pointer == "/password");
  }
}

BOOST_AUTO_TEST_CASE(a_schema_that_would_not_be_checked_as_written_stops_the_start) {
  for (const auto* broken : {"", "[]", "{", "{\"pattern\":\"\\\\d+\"}", "{\"pattern\":\"(\"}",
                             "{\"const\":1}", "{\"multipleOf\":0.01}", "{\"exclusiveMinimum\":5}",
                             "{\"properties\":{\"a\":{\"items\":{\"if\":{}}}}}", "{\"anyOf\":[{\"x\":1}]}"}) {
    BOOST_CHECK_THROW(json::schema{broken}, std::logic_error);
  }
}
