// browser: one HTTP client as a person's device is one: a user agent, an optional token, kept connections.
// Not thread-safe: one per thread.
#pragma once

#include "common/json/document.hpp"

#include <curl/curl.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::e2e {

inline constexpr std::string_view desktop = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0";
inline constexpr std::string_view iphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148";

struct answer {
  int status = 0;  // 0: no answer; why is in `failure`
  std::string failure;
  std::string body;
  std::map<std::string, std::string> headers;  // lower-case names; the last of a name
  std::chrono::milliseconds took{0};

  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
  [[nodiscard]] json::document json() const { return json::document::parse(body); }
  // The last part of a problem's type; empty when the answer is none.
  [[nodiscard]] std::string problem() const;
};

class browser {
 public:
  // base: "http://localhost:9080". user_agent empty: the header is not sent.
  explicit browser(std::string base, std::string_view user_agent = desktop);

  answer get(const std::string& path) { return send("GET", path); }
  answer post(const std::string& path, std::string_view json_body) { return send("POST", path, json_body); }
  answer del(const std::string& path) { return send("DELETE", path); }
  answer send(const std::string& method, const std::string& path,
              std::optional<std::string_view> json_body = {});

  void log_in_as(std::string token) { token_ = std::move(token); }
  void authorization(std::string whole_header_value) { authorization_ = std::move(whole_header_value); }
  void header(const std::string& name, std::string value) { extra_[name] = std::move(value); }
  void forget_header(const std::string& name) { extra_.erase(name); }
  void time_limit(std::chrono::milliseconds limit) { time_limit_ = limit; }
  // Comes from this address of this machine: "127.0.0.8".
  void come_from(std::string address) { local_address_ = std::move(address); }
  // A new connection for every request, as many short-lived clients make.
  void forget_connections() { fresh_ = true; }

 private:
  struct close_handle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  std::unique_ptr<CURL, close_handle> curl_;
  std::string base_;
  std::string user_agent_;
  std::string token_;
  std::string authorization_;
  std::string local_address_;
  std::map<std::string, std::string> extra_;
  std::chrono::milliseconds time_limit_{15'000};
  bool fresh_ = false;
};

}  // namespace mercat::e2e
