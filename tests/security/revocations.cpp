// Revocations that are none: every replica that takes tokens hears them, and none may lose its hearing, end,
// or refuse somebody for it (OWASP API10).
#include "common/uuid.hpp"
#include "tests/e2e/shop.hpp"
#include "tests/security/bearer.hpp"
#include "tests/security/queue.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace mercat;
using namespace mercat::security;
using namespace std::chrono_literals;

namespace {

// Every replica of every place answers this token so.
bool everywhere(const person& who, int status) {
  return std::ranges::all_of(places(), [&](const place& where) {
    return std::ranges::all_of(where.ports, [&](std::uint16_t port) {
      return ask(where, {.path = path_with_token(where), .token = who.token}, port).status == status;
    });
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_revocation_that_is_none_revokes_nothing) {
  group all("revocations", "API10");
  const queue broker;
  const auto ann = sign_up();
  const auto id = std::to_string(ann.id);
  auto bodies = no_json();
  for (const auto& body : std::vector<std::string>{
           std::string("[]"),
           std::string("null"),
           std::string("{}"),
           "{\"customerId\":" + id + "}",
           std::string(R"({"before":"2026-01-31T23:59:59.000Z"})"),
           R"({"customerId":")" + id + R"(","before":"9999-01-01T00:00:00.000Z"})",
           R"({"customerId":)" + id + R"(.5,"before":"9999-01-01T00:00:00.000Z"})",
           R"({"customerId":null,"before":"9999-01-01T00:00:00.000Z"})",
           R"({"customerId":[)" + id + R"(],"before":"9999-01-01T00:00:00.000Z"})",
           R"({"customerId":)" + id + R"(,"before":9999999999})",
           R"({"customerId":)" + id + R"(,"before":null})",
           R"({"customerId":)" + id + R"(,"before":""})",
           R"({"customerId":)" + id + R"(,"before":"tomorrow"})",
           R"({"customerId":)" + id + R"(,"before":"99999-01-01T00:00:00Z"})",
           R"({"customerId":)" + id + R"(,"before":"2026-13-45T99:99:99Z"})",
           R"({"customerId":)" + id + R"(,"before":"2001-01-01T00:00:00.000Z"})",
           std::string(R"({"customerId":18446744073709551615,"before":"9999-01-01T00:00:00.000Z"})"),
           std::string(R"({"customerId":-1,"before":"9999-01-01T00:00:00.000Z"})"),
           std::string(R"({"customerId":0,"before":"9999-01-01T00:00:00.000Z"})"),
           std::string(R"({"customerId":"*","before":"9999-01-01T00:00:00.000Z"})")})
    bodies.emplace_back(body, body);
  for (const auto& [name, body] : bodies) {
    const auto heard =
        broker.tell("mercat.events", "customer.sessions-revoked", body,
                    R"({"type":"customer.sessions-revoked","message_id":")" + uuid_v7() + "\"}");
    all.judge(name, "everybody", "taken, still accepted",
              heard + (ask(the("products"), {.path = "/products?limit=1", .token = ann.token}).status == 200
                           ? ", still accepted"
                           : ", refused"));
  }
  all.judge("the token after all of them", "everybody", "accepted",
            everywhere(ann, 200) ? "accepted" : "refused");
  const auto changed =
      ask(the("edge"),
          {"PUT", "/password",
           R"({"currentPassword":")" + ann.password + R"(","newPassword":"another horse"})", ann.token});
  all.judge("a change of password", "edge", "204", spelled(changed));
  all.judge("a true revocation is still heard", "everybody", "heard",
            e2e::becomes_true([&] { return everywhere(ann, 401); }, 5s) ? "heard" : "not heard");
  all.finish();
}
