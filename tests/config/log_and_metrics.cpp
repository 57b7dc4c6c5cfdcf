#include "common/json/document.hpp"
#include "common/log/log.hpp"
#include "common/metrics/registry.hpp"

#include <boost/test/unit_test.hpp>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <cmath>
#include <fcntl.h>
#include <limits>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace json = mercat::json;
namespace log_ = mercat::log;

namespace {

// An unlinked file that a logger writes to.
class log_file {
 public:
  log_file() {
    char path[] = "/tmp/mercat-log-XXXXXX";
    descriptor_ = ::mkstemp(path);
    BOOST_REQUIRE(descriptor_ >= 0);
    ::unlink(path);
  }
  ~log_file() { ::close(descriptor_); }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::string all(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
    BOOST_REQUIRE(::pread(descriptor_, all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
    std::vector<std::string> out;
    for (std::size_t at = 0, end = 0; (end = all.find('\n', at)) != std::string::npos; at = end + 1) {
      out.push_back(all.substr(at, end - at));
    }
    return out;
  }

 private:
  int descriptor_ = -1;
};

std::string logged(std::string_view message) {
  const log_file file;
  {
    log_::logger logger("shop", "shop-1", log_::level::info, file.descriptor());
    logger.info(message);
  }
  const auto read = json::document::parse(file.lines().at(0));
  return std::string(json::text(read.root(), "message").value());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_is_one_json_object_with_its_fields) {
  const log_file file;
  {
    log_::logger logger("shop", "shop-1", log_::level::info, file.descriptor());
    logger.write(log_::level::warning, "answered",
                 {{"route", "/orders/{id}"},
                  {"status", 200},
                  {"ms", 1.5},
                  {"ok", true},
                  {"nan", std::numeric_limits<double>::quiet_NaN()},
                  {"least", std::numeric_limits<std::int64_t>::min()}});
    logger.debug("below the level");
  }
  BOOST_TEST_REQUIRE(file.lines().size() == 1U);
  const auto line = file.lines().at(0);
  const auto time_end = line.find("\",\"level\"");
  BOOST_TEST(line.substr(time_end) ==
             "\",\"level\":\"warning\",\"service\":\"shop\",\"replica\":\"shop-1\",\"message\":\"answered\","
             "\"route\":\"/orders/{id}\",\"status\":200,\"ms\":1.5,\"ok\":true,\"nan\":null,"
             "\"least\":-9223372036854775808}");
  const auto time = line.substr(9, time_end - 9);  // {"time":"2026-01-31T23:59:59.123Z
  std::string shape = time;
  for (auto& c : shape) c = c >= '0' && c <= '9' ? '9' : c;
  BOOST_TEST(shape == "9999-99-99T99:99:99.999Z");
}

BOOST_AUTO_TEST_CASE(any_bytes_make_a_valid_line) {
  BOOST_TEST(logged("\"\\\n\r\t\x01\x1F\x7F") == "\"\\\n\r\t\x01\x1F\x7F");
  BOOST_TEST(logged("\xF0\x9F\x98\x80 \xC3\xA4 \xED\x9F\xBF") == "\xF0\x9F\x98\x80 \xC3\xA4 \xED\x9F\xBF");
  const std::string bad = "\xEF\xBF\xBD";
  BOOST_TEST(logged("a\xFFz") == "a" + bad + "z");
  BOOST_TEST(logged("\xC3") == bad);
  BOOST_TEST(logged("\xC0\x80") == bad + bad);
  BOOST_TEST(logged("\xED\xA0\x80") == bad + bad + bad);
  BOOST_TEST(logged("\xF4\x90\x80\x80") == bad + bad + bad + bad);
  BOOST_TEST(logged("\xF0\x9F\x98") == bad + bad + bad);
}

BOOST_AUTO_TEST_CASE(random_bytes_make_a_valid_line) {
  unsigned seed = 12345;
  for (int round = 0; round < 2000; ++round) {
    std::string noise;
    for (int i = 0; i < 40; ++i) {
      seed = seed * 1103515245U + 12345U;
      const auto byte = static_cast<char>(seed >> 16 & 0xFF);
      noise.push_back(byte == '\0' ? '\xF0' : byte);  // the strict reader takes no U+0000
    }
    BOOST_CHECK_NO_THROW(static_cast<void>(logged(noise)));
    round += 99;  // each round opens a file and a thread: twenty are enough
  }
}

BOOST_AUTO_TEST_CASE(lines_of_one_thread_keep_their_order_and_flush_waits_for_them) {
  const log_file file;
  log_::logger logger("shop", "shop-1", log_::level::debug, file.descriptor());
  for (int i = 0; i < 500; ++i) logger.info("line", {{"number", i}});
  logger.flush();
  const auto lines = file.lines();
  BOOST_TEST_REQUIRE(lines.size() == 500U);
  for (std::int64_t i = 0; i < 500; ++i) {
    const auto read = json::document::parse(lines[static_cast<std::size_t>(i)]);
    if (json::integer(read.root(), "number") != i) BOOST_FAIL(i);
  }
}

BOOST_AUTO_TEST_CASE(a_stuck_reader_costs_lines_but_never_stops_a_caller) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  {
    log_::logger logger("shop", "shop-1", log_::level::info, ends[1]);
    const std::string text(1000, 'x');
    for (int i = 0; i < 5000; ++i) logger.info(text);
    BOOST_TEST(logger.dropped() > 2000U);
    std::thread reader([&] {
      char buffer[65536];
      while (::read(ends[0], buffer, sizeof buffer) > 0) {
      }
    });
    logger.flush();
    ::close(ends[1]);  // the logger's last lines fail with EBADF, which must not matter
    reader.join();
  }
  ::close(ends[0]);
}

BOOST_AUTO_TEST_CASE(metrics_are_shown_in_prometheus_text) {
  mercat::metrics::registry metrics;
  auto& requests = metrics.counter("mercat_requests_total", "Requests.", {{"status", "200"}});
  requests.Increment();
  metrics.counter("mercat_requests_total", "Requests.", {{"status", "200"}}).Increment();
  metrics.counter("mercat_requests_total", "Requests.", {{"status", "500"}});
  metrics.gauge("mercat_connections", "Connections.").Set(7);
  metrics.latency("mercat_request_seconds", "Latency.", {{"route", "/a\"b"}}).Observe(0.004);
  double level = 3;
  metrics.observe("mercat_queue_jobs", "Jobs.", {{"queue", "a"}}, [&] { return level; });
  metrics.observe("mercat_queue_jobs", "Jobs.", {{"queue", "b"}}, [&] { return level + 1; });
  metrics.observe("mercat_lost_total", "Lost.", {}, [] { return 5.; });
  level = 10;
  const auto text = metrics.text();
  for (const auto* line :
       {"# TYPE mercat_requests_total counter\n", "mercat_requests_total{status=\"200\"} 2\n",
        "mercat_requests_total{status=\"500\"} 0\n", "mercat_connections 7\n",
        "mercat_request_seconds_bucket{route=\"/a\\\"b\",le=\"0.005\"} 1\n",
        "# TYPE mercat_queue_jobs gauge\n", "mercat_queue_jobs{queue=\"a\"} 10\n",
        "mercat_queue_jobs{queue=\"b\"} 11\n", "# TYPE mercat_lost_total counter\n",
        "mercat_lost_total 5\n"}) {
    BOOST_TEST(text.find(line) != std::string::npos, line << " in\n" << text);
  }
}

BOOST_AUTO_TEST_CASE(observing_again_replaces_the_reader) {
  mercat::metrics::registry metrics;
  metrics.observe("mercat_a", "A.", {}, [] { return 1.; });
  metrics.observe("mercat_a", "A.", {}, [] { return 2.; });
  BOOST_TEST(metrics.text().find("mercat_a 2\n") != std::string::npos);
  BOOST_TEST(metrics.text().find("mercat_a 1\n") == std::string::npos);
}
