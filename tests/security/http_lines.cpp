// Lines of HTTP that are none: request lines, versions, hosts, headers, line ends; chunked bodies; what is
// sent slowly.
#include "tests/security/people.hpp"
#include "tests/security/raw.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

using namespace mercat::security;
using namespace std::chrono_literals;

namespace {

constexpr const char* malformed = "400 malformed-request, closed";
constexpr const char* nginx_refuses = "400 bad-request, closed";
constexpr const char* rest = "Host: shop\r\nUser-Agent: visitor\r\n\r\n";

std::string many(const std::string& line, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += line;
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_line_is_three_words) {
  group all("http request line", "API8");
  const std::string after = std::string("\r\n") + rest;
  try_raw(
      all,
      {{"two blanks before the target", "GET  /status HTTP/1.1" + after, malformed, "200, open"},
       {"two blanks before the version", "GET /status  HTTP/1.1" + after, malformed, "200, open"},
       {"a blank behind the version", "GET /status HTTP/1.1 " + after, malformed, "200, open"},
       {"a blank in front", " GET /status HTTP/1.1" + after, malformed, nginx_refuses},
       {"an empty line in front", "\r\nGET /status HTTP/1.1" + after, malformed, "200, open"},
       {"tabs between the words", "GET\t/status\tHTTP/1.1" + after, malformed, nginx_refuses},
       {"a blank in the target", "GET /sta tus HTTP/1.1" + after, malformed, nginx_refuses},
       {"a fragment in the target", "GET /status#x HTTP/1.1" + after, malformed, "200, open"},
       {"bytes above ASCII in the target", "GET /sta\xC3\xA9tus HTTP/1.1" + after, malformed,
        "404 not-found, open"},
       {"a NUL in the target", std::string("GET /sta\0tus HTTP/1.1", 21) + after, malformed, nginx_refuses},
       {"a DEL in the target", "GET /sta\x7Ftus HTTP/1.1" + after, malformed, nginx_refuses},
       {"no target", "GET HTTP/1.1" + after, malformed, nginx_refuses},
       {"no version", "GET /status" + after, malformed, "no answer in HTTP/1.1, closed"},
       {"a target without a slash", "GET status HTTP/1.1" + after, malformed, nginx_refuses},
       {"an asterisk for a target", "OPTIONS * HTTP/1.1" + after, malformed, nginx_refuses},
       {"another's address for a target", "GET http://127.0.0.1:1/status HTTP/1.1" + after, malformed,
        "200, open"},
       {"a file's address for a target", "GET file:///etc/passwd HTTP/1.1" + after, malformed, nginx_refuses},
       {"CONNECT to somebody", "CONNECT 127.0.0.1:1 HTTP/1.1" + after, malformed, nginx_refuses},
       {"TRACE", "TRACE {PATH} HTTP/1.1" + after, "405 method-not-allowed, open",
        "405 method-not-allowed, closed"},
       {"a method in small letters", "get /status HTTP/1.1" + after, "405 method-not-allowed, open",
        nginx_refuses},
       {"a method that is no token", "G(T /status HTTP/1.1" + after, malformed, nginx_refuses},
       {"a method of 10,000 letters", std::string(10'000, 'G') + " /status HTTP/1.1" + after, malformed,
        "400 bad-request, closed|414 uri-too-long, closed"},
       {"HTTP/0.9", "GET /status\r\n", malformed, "no answer in HTTP/1.1, closed"},
       {"HTTP/1.2", "GET /status HTTP/1.2" + after, "505 http-version-not-supported, closed", "200, open"},
       {"HTTP/2.0", "GET /status HTTP/2.0" + after, "505 http-version-not-supported, closed", nginx_refuses},
       {"HTTP/11", "GET /status HTTP/11" + after, malformed, nginx_refuses},
       {"HTTP/1.1x", "GET /status HTTP/1.1x" + after, malformed, nginx_refuses},
       {"http in small letters", "GET /status http/1.1" + after, malformed, nginx_refuses},
       {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", malformed, nginx_refuses},
       {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", malformed, nginx_refuses},
       {"a TLS greeting", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), malformed,
        nginx_refuses},
       {"an SMTP greeting", "EHLO evil.example\r\nMAIL FROM:<a@example.test>\r\n", malformed, nginx_refuses},
       {"an AMQP greeting", std::string("AMQP\0\0\x09\x01", 8) + "\r\n", malformed, nginx_refuses}});
  all.finish();
}

BOOST_AUTO_TEST_CASE(a_header_is_a_name_a_colon_and_a_value) {
  group all("http headers", "API8");
  const std::string line = "GET {PATH} HTTP/1.1\r\n";
  try_raw(
      all,
      {{"bare LF for line ends", "GET /status HTTP/1.1\nHost: shop\nUser-Agent: x\n\n", malformed,
        "200, open"},
       {"bare CR for line ends", "GET /status HTTP/1.1\rHost: shop\rUser-Agent: x\r\r", malformed,
        nginx_refuses},
       {"a bare CR in a value", "{GET}X: a\rb\r\n\r\n", malformed, nginx_refuses},
       {"a bare LF in a value", "{GET}X: a\nGET /smuggled HTTP/1.1\r\n\r\n", malformed, nginx_refuses},
       {"a NUL in a value", "{GET}X: a" + std::string(1, '\0') + "b\r\n\r\n", malformed, nginx_refuses},
       {"a control character in a value",
        "{GET}X: a\x01"
        "b\r\n\r\n",
        malformed, "400 malformed-request, open"},
       {"a DEL in a value",
        "{GET}X: a\x7F"
        "b\r\n\r\n",
        malformed, "400 malformed-request, open"},
       {"a folded header", "{GET}X: a\r\n b\r\n\r\n", malformed, nginx_refuses},
       {"a folded first header", "GET /status HTTP/1.1\r\n X: y\r\nHost: shop\r\nUser-Agent: x\r\n\r\n",
        malformed, nginx_refuses},
       {"a header without a colon", "{GET}nonsense\r\n\r\n", malformed, "200, open|400 bad-request, closed"},
       {"a header without a name", "{GET}: x\r\n\r\n", malformed, nginx_refuses},
       {"a blank before the colon", "{GET}X : y\r\n\r\n", malformed, nginx_refuses},
       {"brackets in a name", "{GET}X(y): z\r\n\r\n", malformed, "200, open|400 bad-request, closed"},
       {"bytes above ASCII in a name", "{GET}X\xC3\xA9: z\r\n\r\n", malformed,
        "200, open|400 bad-request, closed"},
       {"bytes above ASCII in a value", "{GET}X: \xC3\xA9\xFF\r\n\r\n", "200, open"},
       {"no Host", line + "User-Agent: x\r\n\r\n", malformed, nginx_refuses},
       {"two Hosts", "{GET}Host: other\r\n\r\n", malformed, nginx_refuses},
       {"an empty Host", line + "Host:\r\nUser-Agent: x\r\n\r\n", malformed, nginx_refuses},
       {"a path in Host", line + "Host: shop/evil\r\nUser-Agent: x\r\n\r\n", malformed, nginx_refuses},
       {"a blank in Host", line + "Host: shop evil\r\nUser-Agent: x\r\n\r\n", malformed, nginx_refuses},
       {"a user in Host", "GET /status HTTP/1.1\r\nHost: shop@evil\r\nUser-Agent: x\r\n\r\n", malformed,
        "200, open"},
       {"a port beyond all in Host", "GET /status HTTP/1.1\r\nHost: shop:99999\r\nUser-Agent: x\r\n\r\n",
        malformed, "200, open"},
       {"200 headers", "{GET}" + many("X: y\r\n", 200) + "\r\n", "431 header-too-large, closed",
        "431 header-too-large, open|431 header-too-large, closed"},
       {"a header of 9 KB", "{GET}X: " + std::string(9'000, 'x') + "\r\n\r\n", "200, open",
        "431 header-too-large, closed"},
       {"a header of 17 KB", "{GET}X: " + std::string(17'000, 'x') + "\r\n\r\n",
        "431 header-too-large, closed"},
       {"headers of 40 KB", "{GET}" + many("X: " + std::string(4'000, 'x') + "\r\n", 10) + "\r\n",
        "431 header-too-large, closed"},
       {"a header that does not end", "{GET}X: " + std::string(100'000, 'x'), "431 header-too-large, closed"},
       {"a target of 9 KB", "GET /status?" + std::string(9'000, 'x') + " HTTP/1.1\r\n" + rest, "200, open",
        "414 uri-too-long, closed"},
       {"a target of 20 KB", "GET /status?" + std::string(20'000, 'x') + " HTTP/1.1\r\n" + rest,
        "431 header-too-large, closed", "414 uri-too-long, closed"},
       {"Upgrade to h2c",
        "{GET}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
        "AAMAAABkAAQAAP__\r\n\r\n",
        "200, open"},
       {"Upgrade to websocket",
        "{GET}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n", "200, open"},
       {"Connection that names other headers",
        "{GET}Connection: keep-alive, X-Request-Id, Authorization\r\n\r\n", "200, open"},
       {"ranges by the thousand", "{GET}Range: bytes=" + many("0-1,", 1'000) + "0-1\r\n\r\n", "200, open"},
       {"Accept-Encoding of everything", "{GET}Accept-Encoding: " + many("gzip, br, ", 200) + "\r\n\r\n",
        "200, open"}});
  all.finish();
}

// The edge takes chunked bodies and hands them on with their length; who is asked directly refuses all of
// them.
BOOST_AUTO_TEST_CASE(a_chunked_body_is_whole_or_refused) {
  group all("http chunked bodies", "API8");
  const auto body = [](const std::string& chunks) {
    return "{POST}Transfer-Encoding: chunked\r\n\r\n" + chunks;
  };
  const auto row = [&](const std::string& name, const std::string& chunks, const std::string& at_edge) {
    return conversation{name, body(chunks), "411 length-required, closed", at_edge};
  };
  std::vector<conversation> tries{
      row("one chunk", "{HEX}\r\n{BODY}\r\n0\r\n\r\n", "{OK}, open"),
      row("leading zeros", "0000000{HEX}\r\n{BODY}\r\n000\r\n\r\n", "{OK}, open"),
      row("an extension", "{HEX};name=value\r\n{BODY}\r\n0;last\r\n\r\n", "{OK}, open"),
      row("a quoted extension", "{HEX};name=\"a;b\"\r\n{BODY}\r\n0\r\n\r\n", "{OK}, open"),
      row("an extension of 5 KB", "{HEX};" + std::string(5'000, 'x') + "\r\n{BODY}\r\n0\r\n\r\n",
          "{OK}, open"),
      row("chunks of one byte", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", "400 invalid-body, open"),
      row("a trailer", "{HEX}\r\n{BODY}\r\n0\r\nX: y\r\n\r\n", "{OK}, open"),
      row("a length in the trailer", "{HEX}\r\n{BODY}\r\n0\r\nContent-Length: 99\r\n\r\n", "{OK}, open"),
      row("a coding in the trailer", "{HEX}\r\n{BODY}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
          "{OK}, open"),
      row("a token in the trailer", "{HEX}\r\n{BODY}\r\n0\r\nAuthorization: Bearer x\r\n\r\n", "{OK}, open"),
      row("nothing at all", "0\r\n\r\n", "400 malformed-json, open"),
      row("2 MB in one chunk", "200000\r\n" + std::string(200'000, ' '), "413 body-too-large, closed"),
      row("a chunk of 2^63-1", "7FFFFFFFFFFFFFFF\r\n{INNER}",
          "413 body-too-large, closed|400 bad-request, closed"),
      row("a request after the end", "{HEX}\r\n{BODY}\r\n0\r\n\r\n{INNER}", "{OK}, 404 not-found, open")};
  for (const auto* size :
       {"0x5", "+5", "-5", "g", "", " ", "\"5\"", "5g", "5,5", "FFFFFFFFFFFFFFFFF", "8000000000000000",
        "\x0B"
        "5"})
    tries.push_back(row("a chunk of '" + std::string(size) + "'",
                        std::string(size) + "\r\nhello\r\n0\r\n\r\n{INNER}", nginx_refuses));
  tries.push_back(row("a chunk longer than it says", "2\r\n{BODY}\r\n0\r\n\r\n{INNER}", nginx_refuses));
  tries.push_back(row("no line end after a chunk", "{HEX}\r\n{BODY}0\r\n\r\n{INNER}", nginx_refuses));
  tries.push_back(row("a bare CR after a chunk", "{HEX}\r\n{BODY}\rX0\r\n\r\n{INNER}", nginx_refuses));
  tries.push_back(row("a NUL in the size", "{HEX}" + std::string(1, '\0') + "\r\n{BODY}\r\n0\r\n\r\n{INNER}",
                      nginx_refuses));
  try_raw(all, tries);
  conversation cut{
      "no last chunk", body("{HEX}\r\n{BODY}\r\n"), "411 length-required, closed", "none, closed", 5s, true};
  try_raw(all, {cut});
  for (const auto& where :
       places()) {  // the line end in two packets: Pistache's parser spins on it (defect P2)
    wire connection(where);
    connection.send(filled_in(body("{HEX}\r"), where));
    (void)connection.silent(30ms);
    connection.send(filled_in("\n{BODY}\r", where));
    (void)connection.silent(30ms);
    connection.send("\n0\r\n\r\n");
    all.judge("a line end in two packets", where.name,
              filled_in(where.is_edge() ? "{OK}, open" : "411 length-required, closed", where),
              listen(connection));
  }
  all.finish();
}

BOOST_AUTO_TEST_CASE(what_comes_slowly_is_waited_for_and_holds_nobody_up) {
  group all("http slowly", "API4");
  for (const auto& where : places()) {
    wire connection(where);
    const auto head = filled_in("{POST}Content-Length: {LENGTH}\r\n\r\n", where);
    for (const char c : head) connection.send({&c, 1});
    for (const char c : filled_in("{BODY}", where)) {
      connection.send({&c, 1});
      (void)connection.silent(2ms);
    }
    all.judge("a byte at a time", where.name, filled_in("{OK}, open", where), listen(connection));
  }
  // Heads and bodies that stop half-way, 40 at each place, and others who are served meanwhile.
  std::vector<std::unique_ptr<wire>> stuck;
  for (const auto& where : places())
    for (int i = 0; i < 40; ++i) {
      stuck.push_back(std::make_unique<wire>(where));
      stuck.back()->send(
          filled_in(i % 2 == 0 ? "{GET}X: y" : "{POST}Content-Length: {LENGTH}\r\n\r\n{", where));
    }
  try_raw(all, {{"others while 240 are stuck", "{GET}\r\n", "200, open"}});
  for (const auto& where : places()) {
    auto& one = *stuck[static_cast<std::size_t>(&where - places().data()) * 40];
    one.send("\r\n\r\n");
    all.judge("the stuck one goes on", where.name, "200, open", listen(one));
  }
  // The edge gives up on both (client_header_timeout, client_body_timeout).
  for (const int i : {2, 3}) {
    const auto received = stuck[static_cast<std::size_t>(i)]->read(false, 15s);
    const bool answered = received && received->status == 408;
    const bool gone = answered || stuck[static_cast<std::size_t>(i)]->ended(0ms);
    all.judge(i == 2 ? "a head that never ends" : "a body that never ends", "edge", "given up",
              gone ? "given up" : "held");
  }
  all.finish();
}
