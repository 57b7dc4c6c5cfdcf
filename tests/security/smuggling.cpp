// Request smuggling (RFC 9112, 11.2): whatever is wrong with a message's length, nothing that follows is ever
// answered as a request of its own, neither by who is asked nor by who is behind.
#include "tests/security/raw.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat::security;

namespace {

constexpr const char* malformed = "400 malformed-request, closed";
constexpr const char* no_length = "411 length-required, closed";
constexpr const char* nginx_refuses = "400 bad-request, closed";

}  // namespace

BOOST_AUTO_TEST_CASE(a_transfer_coding_beside_a_length_is_refused) {
  group all("smuggling transfer coding", "API8");
  std::vector<conversation> tries;
  for (const auto* coding : {"chunked",     "Chunked",           "CHUNKED",           "xchunked",
                             "chunkedx",    "chunked, identity", "identity, chunked", "identity",
                             "gzip",        "gzip, chunked",     "chunked, chunked",  "chunked;q=1",
                             "\"chunked\"", "chunked,",          ",chunked",          "",
                             " chunked",    "\tchunked",         "chunked ",          "cow"}) {
    const std::string name = "Transfer-Encoding: '" + std::string(coding) + "'";
    const std::string field = "Transfer-Encoding: " + std::string(coding) + "\r\n";
    tries.push_back({"length, then " + name, "{POST}Content-Length: 4\r\n" + field + "\r\n0\r\n\r\n{INNER}",
                     no_length, nginx_refuses});
    tries.push_back({name + ", then length", "{POST}" + field + "Content-Length: 5\r\n\r\n0\r\n\r\n{INNER}",
                     no_length, nginx_refuses});
  }
  for (const auto& [name, field] : std::vector<std::pair<std::string, std::string>>{
           {"a blank before the colon", "Transfer-Encoding : chunked\r\n"},
           {"a tab before the colon", "Transfer-Encoding\t: chunked\r\n"},
           {"a blank before the name", " Transfer-Encoding: chunked\r\n"},
           {"a tab before the name", "\tTransfer-Encoding: chunked\r\n"},
           {"folded after the colon", "Transfer-Encoding:\r\n chunked\r\n"},
           {"folded into another header", "X: y\r\n Transfer-Encoding: chunked\r\n"},
           {"a bare CR before it", "X: y\rTransfer-Encoding: chunked\r\n"},
           {"a vertical tab in it",
            "Transfer-Encoding: \x0B"
            "chunked\r\n"},
           {"a NUL in it", std::string("Transfer-Encoding: chunked\0\r\n", 29)},
           {"a NUL in the name", std::string("Transfer\0-Encoding: chunked\r\n", 29)}})
    tries.push_back({"Transfer-Encoding with " + name,
                     "{POST}Content-Length: 4\r\n" + field + "\r\n0\r\n\r\n{INNER}", malformed,
                     nginx_refuses});
  tries.push_back({"Transfer-Encoding twice",
                   "{POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{INNER}",
                   no_length, nginx_refuses});
  tries.push_back({"chunked in HTTP/1.0",
                   "POST {PATH} HTTP/1.0\r\nHost: shop\r\nUser-Agent: x\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n0\r\n\r\n{INNER}",
                   no_length, nginx_refuses});
  for (const auto* name : {"Transfer_Encoding", "X-Transfer-Encoding", "TransferEncoding", "TE"})
    tries.push_back({std::string(name) + " is another header",
                     "{POST}Content-Length: {LENGTH}\r\n" + std::string(name) + ": chunked\r\n\r\n{BODY}",
                     "{OK}, open"});
  try_raw(all, tries);
  all.finish();
}

BOOST_AUTO_TEST_CASE(a_length_is_one_plain_number) {
  group all("smuggling length", "API8");
  std::vector<conversation> tries;
  for (const auto* length :
       {"+4", "-4", "-1", "0x4", "4 4", "4,4", "4, 4", "4.0", "4e0", "four", "", "4;", "\"4\"", "#4", "４"})
    tries.push_back({"Content-Length: '" + std::string(length) + "'",
                     "{POST}Content-Length: " + std::string(length) + "\r\n\r\n{INNER}", malformed,
                     nginx_refuses});
  tries.push_back({"a length with a leading zero", "{POST}Content-Length: 0{LENGTH}\r\n\r\n{BODY}", malformed,
                   "{OK}, open"});
  for (const auto* huge : {"9223372036854775807", "9223372036854775808", "18446744073709551615",
                           "18446744073709551620", "99999999999999999999999999"})
    tries.push_back({"a length of " + std::string(huge),
                     "{POST}Content-Length: " + std::string(huge) + "\r\n\r\n{INNER}",
                     "413 body-too-large, closed", "400 bad-request, closed|413 body-too-large, closed"});
  tries.push_back({"a length of 1 TB", "{POST}Content-Length: 1000000000000\r\n\r\n{INNER}",
                   "413 body-too-large, closed"});
  for (const auto& [first, second] :
       std::vector<std::pair<std::string, std::string>>{{"0", "50"}, {"50", "0"}, {"4", "4"}, {"4", "5"}})
    tries.push_back({"lengths " + first + " and " + second,
                     "{POST}Content-Length: " + first + "\r\nContent-Length: " + second + "\r\n\r\n{INNER}",
                     malformed, nginx_refuses});
  tries.push_back({"lengths in different letters",
                   "{POST}Content-Length: 0\r\ncontent-length: 50\r\n\r\n{INNER}", malformed, nginx_refuses});
  tries.push_back(
      {"a length, folded", "{POST}Content-Length:\r\n 50\r\n\r\n{INNER}", malformed, nginx_refuses});
  tries.push_back({"a length with a blank before the colon", "{POST}Content-Length : 0\r\n\r\n{INNER}",
                   malformed, nginx_refuses});
  tries.push_back(
      {"a length with a CR in it", "{POST}Content-Length: 0\r0\r\n\r\n{INNER}", malformed, nginx_refuses});
  // No length is no body (RFC 9112, 6.3): what follows may be meant as one, so that ours close.
  tries.push_back({"no length where a body is needed", "{POST}\r\n{INNER}", no_length,
                   "411 length-required, 404 not-found, open"});
  tries.push_back({"a length that is never reached", "{POST}Content-Length: 500\r\n\r\n{INNER}",
                   "none, closed", "none, closed", std::chrono::seconds{5}, true});
  try_raw(all, tries);
  all.finish();
}

BOOST_AUTO_TEST_CASE(the_body_of_a_refused_request_is_no_request) {
  group all("smuggling refused bodies", "API8");
  // The body is a request, whole and for itself.
  const std::string inner = "GET /smuggled HTTP/1.1\r\nHost: shop\r\nUser-Agent: visitor\r\n\r\n";
  const auto of_inner = [&](const std::string& head) {
    return head + "Content-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner;
  };
  const std::string plain_post = "POST {PATH}/nothing/at/all HTTP/1.1\r\nHost: shop\r\nUser-Agent: x\r\n";
  std::vector<conversation> tries{
      {"after 413, announced", "{POST}Content-Length: 9000000\r\n\r\n{INNER}", "413 body-too-large, closed"},
      {"after 413, sent", "{POST}Content-Length: 70000\r\n\r\n" + std::string(70'000, ' ') + "{INNER}",
       "413 body-too-large, closed", "413 body-too-large, 404 not-found, open"},
      {"after 415", of_inner("{POST}Content-Type: text/plain\r\n"), "415 unsupported-media-type, open"},
      {"after 405", of_inner("PATCH {PATH}/ HTTP/1.1\r\nHost: shop\r\nUser-Agent: x\r\n"),
       "404 not-found, open"},
      {"after 404", of_inner(plain_post), "404 not-found, open"},
      {"after 401", of_inner("{POST}Authorization: Bearer x.y.z\r\n"), "401 token-invalid, open",
       "400 bad-request, closed|401 token-invalid, open"},
      {"after 400, no JSON", of_inner("{POST}"), "400 malformed-json, open"},
      {"a GET with a body", of_inner("{GET}"), "200, open"},
      {"a DELETE with a body",
       of_inner("DELETE {PATH}/nothing/at/all HTTP/1.1\r\nHost: shop\r\nUser-Agent: x\r\n"),
       "404 not-found, open"},
      {"an unknown method's body", of_inner("BREW {PATH} HTTP/1.1\r\nHost: shop\r\nUser-Agent: x\r\n"),
       "405 method-not-allowed, open"},
      {"an expectation that cannot be met", of_inner("{POST}Expect: 200-ok\r\n"),
       "417 expectation-failed, closed", "400 malformed-json, open"},
      {"100-continue, and not waited for",
       "{POST}Expect: 100-continue\r\nContent-Length: {LENGTH}\r\n\r\n{BODY}", "{OK}, open"},
  };
  try_raw(all, tries);
  all.finish();
}

BOOST_AUTO_TEST_CASE(what_is_pipelined_rightly_is_answered_in_its_order) {
  group all("smuggling pipelining", "API8");
  try_raw(all,
          {{"two requests", "{GET}\r\n{GET}\r\n", "200, 200, open"},
           {"a POST and a GET", "{POST}Content-Length: {LENGTH}\r\n\r\n{BODY}{GET}\r\n", "{OK}, 200, open"},
           {"a GET and what is not there", "{GET}\r\n{INNER}", "200, 404 not-found, open"},
           {"nothing after Connection: close", "{GET}Connection: close\r\n\r\n{INNER}", "200, closed"},
           {"nothing after a request that is none", "{GET}Content-Length: x\r\n\r\n{INNER}{INNER}", malformed,
            nginx_refuses},
           {"a request, then none", "{GET}\r\nxyz\r\n\r\n{INNER}", "200, 400 malformed-request, closed",
            "200, 400 bad-request, closed"}});
  all.finish();
}
