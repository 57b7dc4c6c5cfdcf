#include "tests/security/raw.hpp"

#include "tests/security/people.hpp"

#include <array>
#include <cstdio>

namespace mercat::security {

namespace {

using namespace std::chrono_literals;

// A second answer that was not to come comes at once, or is on its way through one process more.
constexpr auto second_answer = 100ms;

struct harmless {
  std::string post_path, body, ok;
  std::string get_path;
};

harmless at(const place& where) {
  if (where.name == "customer") return {"/logout", R"({"refreshToken":"x"})", "204", "/profile"};
  if (where.name == "shopping") return {"/cart/merge", R"({"items":[]})", "200", "/cart"};
  return {"/products/ids", R"({"ids":[1]})", "200", "/categories"};
}

std::string head(const std::string& method, const place& where, const std::string& path) {
  const bool known = where.name == "customer" || where.name == "shopping";
  return method + " " + where.prefix + path + " HTTP/1.1\r\nHost: shop\r\nUser-Agent: visitor\r\n" +
         (known ? "Authorization: Bearer " + a_customer().token + "\r\n" : std::string{});
}

void replace_all(std::string& text, std::string_view word, const std::string& by) {
  for (auto found = text.find(word); found != std::string::npos; found = text.find(word, found + by.size()))
    text.replace(found, word.size(), by);
}

std::string hexadecimal(std::size_t number) {
  std::array<char, 20> text{};
  const auto size = std::snprintf(text.data(), text.size(), "%zx", number);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::string filled_in(std::string text, const place& where) {
  const auto use = at(where);
  replace_all(text, "{POST}", head("POST", where, use.post_path) + "Content-Type: application/json\r\n");
  replace_all(text, "{GET}", head("GET", where, use.get_path));
  replace_all(text, "{INNER}",
              "GET " + where.prefix + "/smuggled HTTP/1.1\r\nHost: shop\r\nUser-Agent: visitor\r\n\r\n");
  replace_all(text, "{PATH}", where.prefix + use.get_path);
  replace_all(text, "{BODY}", use.body);
  replace_all(text, "{LENGTH}", std::to_string(use.body.size()));
  replace_all(text, "{HEX}", hexadecimal(use.body.size()));
  replace_all(text, "{OK}", use.ok);
  return text;
}

std::string listen(wire& connection, std::chrono::milliseconds patience) {
  auto received = connection.read(false, patience);
  if (!received) return connection.ended(0ms) ? "none, closed" : "none, open";
  std::string all = spelled(*received);
  for (;;) {
    if (received->header("connection") == "close")
      return all + (connection.ended(10s) ? ", closed" : ", not closed");
    if (connection.silent(second_answer)) return all + ", open";
    received = connection.read(false, 5s);
    if (!received) return all + ", closed";
    all += ", " + spelled(*received);
  }
}

std::string talk(const place& where, const conversation& one) {
  wire connection(where);
  connection.send(filled_in(one.bytes, where));
  if (one.half_close) connection.half_close();
  return listen(connection, one.patience);
}

void try_raw(group& into, const std::vector<conversation>& all) {
  for (const auto& each : all)
    for (const auto& where : places()) {
      const auto& expected = where.is_edge() && !each.at_edge.empty() ? each.at_edge : each.expected;
      into.judge(each.name, where.name, filled_in(expected, where), talk(where, each));
    }
}

}  // namespace mercat::security
