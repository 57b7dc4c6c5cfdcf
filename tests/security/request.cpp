#include "tests/security/request.hpp"

namespace mercat::security {

std::string bytes_of(const request& sent, const place& to) {
  auto text =
      sent.method + " " + to.prefix + sent.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: visitor\r\n";
  if (!sent.token.empty()) text += "Authorization: Bearer " + sent.token + "\r\n";
  for (const auto& [name, value] : sent.headers) text += name + ": " + value + "\r\n";
  if (sent.body) {
    if (!sent.type.empty()) text += "Content-Type: " + sent.type + "\r\n";
    text += "Content-Length: " + std::to_string(sent.body->size()) + "\r\n";
  }
  return text + "\r\n" + sent.body.value_or("");
}

e2e::answer ask(const place& to, const request& sent, std::uint16_t port) {
  wire connection(to, port);
  connection.send(bytes_of(sent, to));
  return connection.read(sent.method == "HEAD").value_or(e2e::answer{});
}

std::string spelled(const e2e::answer& received) {
  if (received.status == 0) return "none";
  if (received.status < 0) return received.failure;
  auto text = std::to_string(received.status);
  if (received.body.empty()) return text;
  const auto slug = received.problem();
  return slug.empty() ? text : text + " " + slug;
}

}  // namespace mercat::security
