#include "tests/security/people.hpp"

#include "common/uuid.hpp"
#include "tests/e2e/shop.hpp"
#include "tests/security/request.hpp"

#include <stdexcept>

namespace mercat::security {

namespace {

e2e::answer demanded(int status, const place& where, const request& sent) {
  auto received = ask(where, sent);
  if (received.status != status)
    throw std::runtime_error(sent.method + " " + sent.path + " at " + where.name + " answered " +
                             spelled(received) + " " + received.body);
  return received;
}

std::string credentials(const person& who) {
  return R"({"email":")" + who.email + R"(","password":")" + who.password + R"("})";
}

person opened(person who, const e2e::answer& received) {
  const auto document = received.json();
  who.id = json::integer(document.root(), "id").value();
  who.token = json::text(document.root(), "accessToken").value();
  who.refresh = json::text(document.root(), "refreshToken").value();
  return who;
}

}  // namespace

person sign_up() {
  const person who{0, e2e::fresh_email(), "correct horse battery", "", ""};
  return opened(who, demanded(201, the("edge"), {"POST", "/signup", credentials(who)}));
}

person log_in(person who) {
  const auto received = demanded(200, the("edge"), {"POST", "/login", credentials(who)});
  return opened(std::move(who), received);
}

const person& a_customer() {
  static const person one = sign_up();
  return one;
}

const person& an_admin() {
  static const person one = [] {
    auto made = sign_up();
    if (e2e::command("admin grant " + made.email + " >/dev/null") != 0)
      throw std::runtime_error("./mercat admin grant failed");
    return log_in(std::move(made));
  }();
  return one;
}

std::int64_t new_product(const std::string& more, const std::string& price) {
  const auto body = R"({"sku":"A)" + uuid_v7().substr(9) +
                    R"(","name":"Attacked lamp","type":"Attacked","price":)" + price + more + "}";
  const auto made = demanded(201, the("products"), {"POST", "/products", body, an_admin().token});
  return json::integer(made.json().root(), "id").value();
}

}  // namespace mercat::security
