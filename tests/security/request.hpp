// request: what a case sends, written out for a place: its prefix in front of the path, the headers that
// every client sends, the body's length. What only raw bytes can say goes through wire itself.
#pragma once

#include "tests/security/wire.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mercat::security {

struct request {
  std::string method = "GET";
  std::string path;  // without "/api"
  std::optional<std::string> body = {};
  std::string token = {};  // an access token; empty: none is sent
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string type = "application/json";  // of the body
};

[[nodiscard]] std::string bytes_of(const request& sent, const place& to);

// On a connection of its own; status 0 when there was no answer. port 0: the next replica's.
[[nodiscard]] e2e::answer ask(const place& to, const request& sent, std::uint16_t port = 0);

// "400 malformed-json": the status, and the problem's slug where there is one. "none": no answer.
[[nodiscard]] std::string spelled(const e2e::answer& received);

}  // namespace mercat::security
