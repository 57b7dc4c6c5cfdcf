// Requests on the wire: the head, in one piece and in every beginning of it; then, over the bytes of a whole
// connection, the frames of its requests and the answers, as transport_requests.cpp goes about it.
#include "common/http/request_head.hpp"

#include "common/http/answer.hpp"
#include "common/http/core.hpp"
#include "common/http/gate.hpp"
#include "tests/fuzz/promise.hpp"

#include <algorithm>

namespace mercat::fuzz {

namespace {

constexpr std::size_t limit = 2048;

bool visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

void check_head(const http::request_head& head, std::string_view bytes) {
  promise(head.size <= limit && head.size <= bytes.size(), "a head is within its limit and its bytes");
  promise(bytes.substr(0, head.size).ends_with("\r\n\r\n"), "a head ends in an empty line");
  promise(head.target.starts_with('/') && visible(head.target),
          "a target begins with / and is visible ASCII");
  promise(head.headers.size() <= 100, "headers are at most 100");
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  for (const auto& [name, value] : head.headers) {
    promise(!name.empty() && visible(name) && name.find(':') == std::string_view::npos,
            "a header's name is a token");
    promise(value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos,
            "a header is one line");
    promise(value.empty() || (value.front() != ' ' && value.back() != ' '), "a header's value is trimmed");
    promise(!http::same_name(name, "Transfer-Encoding"), "no coded body is let in");
    hosts += http::same_name(name, "Host") ? 1 : 0;
    lengths += http::same_name(name, "Content-Length") ? 1 : 0;
    if (http::same_name(name, "Content-Length"))
      promise(head.content_length && std::to_string(*head.content_length) == value,
              "a length has one spelling");
  }
  promise(hosts <= 1 && lengths <= 1, "what frames a request is there once");
}

bool same(const http::head_reading& one, const http::head_reading& other) {
  return one.state == other.state && one.head.size == other.head.size &&
         one.head.target == other.head.target && one.head.content_length == other.head.content_length &&
         one.head.headers == other.head.headers && one.head.keep_alive == other.head.keep_alive &&
         one.refusal.status == other.refusal.status;
}

// However the bytes arrive, the outcome is that of the whole: once decided it stays.
void check_beginnings(std::string_view bytes, const http::head_reading& whole) {
  const std::size_t step = bytes.size() < 256 ? 1 : bytes.size() / 64;
  for (std::size_t end = 0; end < bytes.size(); end += step) {
    const std::string part(bytes.substr(0, end));  // its own memory, so that reading beyond it is seen
    const auto reading = http::read_head(part, limit);
    if (reading.state == http::head_state::incomplete) {
      promise(whole.state != http::head_state::complete || end < whole.head.size,
              "a head that is there is complete");
    } else if (reading.state == http::head_state::complete) {
      promise(same(reading, whole), "what follows a head does not change it");
    } else {
      promise(whole.state == http::head_state::refused, "what is refused stays refused");
    }
  }
}

http::route row(http::method method, const char* path, http::access access,
                const json::schema* body = nullptr) {
  return {method, path, access, {}, body, {}, 256};
}

http::core& server() {
  static const json::schema shape(
      R"({"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}})");
  static log::logger quiet("fuzz", "fuzz", log::level::error);
  static metrics::registry metrics;
  static http::core shared(
      [] {
        http::server_options options;
        options.max_head = limit;
        return options;
      }(),
      {row(http::method::get, "/a", http::access::anyone),
       row(http::method::post, "/a", http::access::anyone, &shape),
       row(http::method::put, "/a/{id}", http::access::user, &shape),
       row(http::method::del, "/b", http::access::admin)},
      std::make_shared<auth::token_verifier>([] {
        auth::token_rules rules;
        rules.keys.push_back({"1", "fuzzing-key-one-0123456789-abcdef"});
        return rules;
      }()),
      quiet, metrics);
  return shared;
}

void check_answer(const http::exchange& done) {
  http::response value = done.early.value_or(http::response::json("{}"));
  // What a careless handler would do.
  value.headers.emplace_back("X-Path", done.request.path);
  value.headers.emplace_back("X-Target", std::string(done.request.headers.get("X-Anything")));
  std::string out;
  http::append_answer(out, value, {done.keep_alive, done.head_only, done.request.id, done.hop_id});
  const auto end = out.find("\r\n\r\n");
  promise(out.starts_with("HTTP/1.1 ") && end != std::string::npos, "an answer has a head");
  std::string_view head(out.data(), end + 2);
  std::size_t lengths = 0;
  for (std::size_t line = 0; !head.empty(); ++line) {
    const auto text = head.substr(0, head.find("\r\n"));
    head.remove_prefix(text.size() + 2);
    promise(text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos,
            "no line of an answer is broken");
    promise(line == 0 || (text.find(": ") != 0 && text.find(':') != std::string_view::npos),
            "a line has a name");
    lengths += text.starts_with("Content-Length:") ? 1 : 0;
  }
  promise(lengths <= 1, "an answer has one length");
  promise(done.head_only || value.status == 204 || out.size() == end + 4 + value.body.size(),
          "nothing follows the body");
}

// Gives the requests of a connection their bodies, one after the other.
void check_connection(std::string_view bytes) {
  auto& shared = server();
  for (int count = 0; count < 20 && !bytes.empty(); ++count) {
    const auto reading = http::read_head(bytes, limit);
    if (reading.state != http::head_state::complete) return;
    const auto next = http::admit(shared, reading.head);
    promise(next->early.has_value() || (next->route != nullptr && !next->body_refused),
            "what has no route is answered");
    bytes.remove_prefix(reading.head.size);
    if (next->body_refused) {
      promise(!next->keep_alive, "what is not read ends the connection");
      return check_answer(*next);
    }
    if (bytes.size() < next->body_size) return;
    promise(next->body_size <= 64UL * 1024, "a body is within its limit");
    http::accept_body(*next, bytes.substr(0, next->body_size));
    bytes.remove_prefix(next->body_size);
    if (!next->early && next->route->entry->access != http::access::anyone)
      promise(next->request.caller.has_value(), "nobody comes in without a token");
    if (!next->early && next->route->entry->body != nullptr)
      promise(next->request.json && next->request.json->root().IsObject(), "a body is of its shape");
    check_answer(*next);
    if (!next->keep_alive) return;
  }
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat;
  const auto bytes = fuzz::input(data, size).rest();
  const auto whole = http::read_head(bytes, fuzz::limit);
  if (whole.state == http::head_state::complete) fuzz::check_head(whole.head, bytes);
  if (whole.state == http::head_state::refused)
    fuzz::promise(whole.refusal.status >= 400 && whole.refusal.status <= 505,
                  "a head is refused with a status");
  fuzz::check_beginnings(bytes, whole);
  fuzz::check_connection(bytes);
  return 0;
}
