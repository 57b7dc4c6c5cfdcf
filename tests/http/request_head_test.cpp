// The strict head reader, byte by byte.
#include "common/http/request_head.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat::http;

namespace {

constexpr std::size_t limit = 16 * 1024;

int status_of_head(std::string_view bytes) {
  const auto reading = read_head(bytes, limit);
  if (reading.state == head_state::complete) return 200;
  return reading.state == head_state::incomplete ? 0 : reading.refusal.status;
}

struct refused_head {
  const char* what;
  int status;
  std::string bytes;
};

std::ostream& operator<<(std::ostream& out, const refused_head& each) {
  return out << each.what;
}

std::string with(const std::string& fields) {
  return "POST /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

const std::vector<refused_head> refusals{
    {"bare LF", 400, "GET / HTTP/1.1\nHost: h\n\n"},
    {"bare CR", 400, "GET / HTTP/1.1\rHost: h\r\n\r\n"},
    {"CR CR LF", 400, "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n"},
    {"empty line first", 400, "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"two spaces", 400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"space behind the version", 400, "GET / HTTP/1.1 \r\nHost: h\r\n\r\n"},
    {"tab for space", 400, "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"no version", 400, "GET /\r\nHost: h\r\n\r\n"},
    {"unreadable version", 400, "GET / HTTP/one\r\nHost: h\r\n\r\n"},
    {"lower-case version", 400, "GET / http/1.1\r\nHost: h\r\n\r\n"},
    {"HTTP/2.0", 505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
    {"HTTP/1.2", 505, "GET / HTTP/1.2\r\nHost: h\r\n\r\n"},
    {"HTTP/2 preface", 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"absolute target", 400, "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"asterisk target", 400, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"authority target", 400, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"fragment", 400, "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"control byte in the target", 400, "GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"byte above ASCII in the target", 400, "GET /\xC3\xA9 HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"method that is no token", 400, "G(T / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"NUL", 400, std::string("GET / HTTP/1.1\r\nHost: h\r\nA: b\0c\r\n\r\n", 35)},
    {"TLS", 400, std::string("\x16\x03\x01\x02\x00\x01", 6)},
    {"space before the colon", 400, with("A : b\r\n")},
    {"folded header", 400, with("A: b\r\n c\r\n")},
    {"header without colon", 400, with("Nonsense\r\n")},
    {"header without name", 400, with(": b\r\n")},
    {"control byte in a value", 400, with("A: b\x02\r\n")},
    {"no Host", 400, "GET / HTTP/1.1\r\n\r\n"},
    {"two Hosts", 400, with("Host: h\r\n")},
    {"Host with a bad port", 400, "GET / HTTP/1.1\r\nHost: h:70000\r\n\r\n"},
    {"Host with a word as port", 400, "GET / HTTP/1.1\r\nHost: h:http\r\n\r\n"},
    {"empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {"Host with a path", 400, "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n"},
    {"Content-Length twice", 400, with("Content-Length: 1\r\nContent-Length: 1\r\n")},
    {"Content-Length list", 400, with("Content-Length: 1, 1\r\n")},
    {"Content-Length with a sign", 400, with("Content-Length: +1\r\n")},
    {"negative Content-Length", 400, with("Content-Length: -1\r\n")},
    {"Content-Length in hex", 400, with("Content-Length: 0x1\r\n")},
    {"Content-Length of a word", 400, with("Content-Length: abc\r\n")},
    {"empty Content-Length", 400, with("Content-Length:\r\n")},
    {"Content-Length with a leading zero", 400, with("Content-Length: 01\r\n")},
    {"huge Content-Length", 413, with("Content-Length: 99999999999999999999999\r\n")},
    {"chunked", 411, with("Transfer-Encoding: chunked\r\n")},
    {"chunked and Content-Length", 411, with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")},
    {"disguised chunked", 411, with("Transfer-Encoding: identity, chunked\r\n")},
    {"method of 33 letters", 400, std::string(33, 'A') + " / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"other expectation", 417, with("Expect: miracles\r\n")},
};

}  // namespace

BOOST_DATA_TEST_CASE(a_head_two_parsers_could_read_differently_is_refused,
                     boost::unit_test::data::make(refusals), each) {
  BOOST_TEST(status_of_head(each.bytes) == each.status);
}

BOOST_DATA_TEST_CASE(a_refused_head_is_refused_or_incomplete_at_every_cut,
                     boost::unit_test::data::make(refusals), each) {
  for (std::size_t size = 0; size < each.bytes.size(); ++size) {
    const auto status = status_of_head(std::string_view(each.bytes).substr(0, size));
    BOOST_TEST((status == 0 || status == each.status));
  }
}

BOOST_AUTO_TEST_CASE(a_correct_head_is_read_to_its_last_byte_and_no_further) {
  const std::string bytes = "GET /a/b?c=d HTTP/1.1\r\nHost: shop.test:8080\r\nX-One:  1 \r\nx-two:\r\n\r\n";
  const auto more = bytes + "GET /next";
  const auto reading = read_head(more, limit);
  BOOST_REQUIRE((reading.state == head_state::complete));
  const auto& head = reading.head;
  BOOST_TEST(head.size == bytes.size());
  BOOST_TEST((head.method == method::get));
  BOOST_TEST(head.target == "/a/b?c=d");
  BOOST_TEST(head.path == "/a/b");
  BOOST_TEST(head.query == "c=d");
  BOOST_TEST(head.header("x-one") == "1");
  BOOST_TEST(head.header("X-Two") == "");
  BOOST_TEST(head.keep_alive);
  BOOST_TEST(!head.content_length.has_value());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    BOOST_TEST(status_of_head(std::string_view(bytes).substr(0, size)) == 0);
  }
}

BOOST_AUTO_TEST_CASE(the_connection_stays_as_version_and_client_say) {
  const auto kept = [](const std::string& version, const std::string& fields) {
    const std::string bytes = "GET / " + version + "\r\nHost: h\r\n" + fields + "\r\n";
    const auto reading = read_head(bytes, limit);
    BOOST_REQUIRE((reading.state == head_state::complete));
    return reading.head.keep_alive;
  };
  BOOST_TEST(kept("HTTP/1.1", ""));
  BOOST_TEST(kept("HTTP/1.1", "Connection: Keep-Alive\r\n"));
  BOOST_TEST(!kept("HTTP/1.1", "Connection: close\r\n"));
  BOOST_TEST(!kept("HTTP/1.1", "Connection: upgrade, Close\r\n"));
  BOOST_TEST(!kept("HTTP/1.0", ""));
  BOOST_TEST(kept("HTTP/1.0", "Connection: keep-alive\r\n"));
}

BOOST_AUTO_TEST_CASE(hosts_of_every_form_are_accepted) {
  for (const std::string host : {"a", "a.b:1", "127.0.0.1:65535", "[::1]", "[::1]:80", "under_score"}) {
    BOOST_TEST(status_of_head("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n") == 200);
  }
}

BOOST_AUTO_TEST_CASE(a_head_beyond_the_limit_is_refused_as_soon_as_it_is_known) {
  const auto start = "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(limit, 'x');
  BOOST_TEST(status_of_head(start) == 431);
  BOOST_TEST(status_of_head(start + "\r\n\r\n") == 431);
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 100; ++i) many += "A: b\r\n";
  BOOST_TEST(status_of_head(many + "\r\n") == 431);
}
