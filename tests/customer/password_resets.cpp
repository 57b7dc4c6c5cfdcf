// A forgotten password: a mail with a token, and with the token a new password; the same answer for
// everybody.
#include "common/rfc3339.hpp"
#include "common/utc_now.hpp"
#include "tests/customer/at_once.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace mercat;
using namespace std::chrono_literals;
using test::at_once;
using test::eventually;
using test::http_answer;
using test::running_customer;
using test::with_status;

namespace {

const std::string ada = "ada@example.org";
const std::string new_password = "battery staple";

http_answer forgot(const running_customer& shop, const std::string& email = ada) {
  return shop.call("POST", "/password/forgot", R"({"email":")" + email + R"("})");
}

http_answer reset(const running_customer& shop, const std::string& token,
                  const std::string& wanted = new_password) {
  return shop.call("POST", "/password/reset",
                   R"({"token":")" + token + R"(","newPassword":")" + wanted + R"("})");
}

void is_refused(const http_answer& answer) {
  BOOST_TEST(answer.status == 400, answer.body);
  BOOST_TEST(answer.slug() == "reset-token-invalid");
  BOOST_TEST(answer.text("detail") == "this token is not, or no longer, good");
}

// The data of so many events that become a mail with a token.
std::vector<std::string> invitations(running_customer& shop, std::size_t count) {
  std::vector<std::string> found;
  static_cast<void>(eventually([&] {
    for (auto& each : shop.rabbit().take("crm-mailer.events"))
      if (each.find("\"token\"") != std::string::npos) found.push_back(std::move(each));
    return found.size() >= count;
  }));
  BOOST_REQUIRE(found.size() == count);
  return found;
}

std::string member_of(const std::string& object, std::string_view name) {
  const auto parsed = json::document::parse(object);
  return std::string(json::text(parsed.root(), name).value_or(""));
}

std::string token_for(running_customer& shop, const std::string& email = ada) {
  BOOST_TEST(forgot(shop, email).status == 204);
  return member_of(invitations(shop, 1)[0], "token");
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_token_of_the_mail_gives_a_new_password_and_ends_every_session) {
  running_customer shop;
  const auto in = shop.member(ada);
  const auto began = utc_now();
  BOOST_TEST(forgot(shop, "ADA@example.org").status == 204);
  const auto event = invitations(shop, 1)[0];
  const auto token = member_of(event, "token");
  BOOST_TEST(token.size() == 43U);
  BOOST_TEST(member_of(event, "email") == ada);
  BOOST_TEST(json::integer(json::document::parse(event).root(), "customerId").value() == in.integer("id"));
  const auto end = parse_rfc3339(member_of(event, "expiresAt")).value();
  BOOST_TEST((end >= began + 30min - 1ms && end < began + 31min));
  BOOST_TEST(shop.count("reset_token WHERE token_hash = SHA2('" + token + "', 256)") == 1);

  BOOST_TEST(reset(shop, token, "1234567").slug() == "invalid-body");
  const auto done = reset(shop, token);
  BOOST_TEST(done.status == 204, done.body);
  const auto anew = shop.log_in(ada, new_password);
  BOOST_TEST(anew.status == 200);
  BOOST_TEST(shop.log_in(ada).status == 401);
  BOOST_TEST(shop.refresh(in.text("refreshToken")).slug() == "refresh-token-invalid");
  BOOST_TEST(eventually(
      [&] { return shop.call("GET", "/profile", {}, in.text("accessToken")).slug() == "token-invalid"; }));
  BOOST_TEST(shop.call("GET", "/profile", {}, anew.text("accessToken")).status == 200);
  is_refused(reset(shop, token, "yet another one"));
  BOOST_TEST(shop.log_in(ada, new_password).status == 200);
}

BOOST_AUTO_TEST_CASE(the_answer_does_not_say_whether_an_address_is_anybodys) {
  running_customer shop;
  BOOST_TEST(shop.sign_up(ada).status == 201);
  const auto known = forgot(shop);
  for (const auto* email :
       {"nobody@example.org", "nobody", "", "@", "a@b@c.de", "ada@example.org.", "☃@x.yz"}) {
    const auto other = forgot(shop, email);
    BOOST_TEST(other.status == 204, email);
    BOOST_TEST(other.body == known.body);
    BOOST_TEST(other.headers.size() == known.headers.size());
  }
  BOOST_TEST(shop.call("POST", "/password/forgot", "{}").status == 400);
  BOOST_TEST(shop.call("POST", "/password/forgot", R"({"email":7})").status == 400);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("reset_token") == 1);
}

BOOST_AUTO_TEST_CASE(the_answer_does_not_wait_for_the_account) {
  running_customer shop;
  const auto made = shop.sign_up(ada);
  bool waits = false;
  // The mail that is prepared waits a second for the row: then the machine was too slow, and it is done
  // again.
  for (int round = 0; round < 5 && !waits; ++round) {
    std::vector<http_answer> answers;
    shop.schema().as_root([&](db::session& s) {
      s.execute("DELETE FROM reset_token");
      s.execute("START TRANSACTION");
      s.execute("UPDATE customer SET name = 'held' WHERE id = ?", made.integer("id"));
      answers = {forgot(shop), forgot(shop, "nobody@example.org")};
      waits = !shop.all_invited_now();
      s.execute("ROLLBACK");
    });
    for (const auto& each : answers) BOOST_TEST(each.status == 204);
    BOOST_TEST(shop.all_invited());
  }
  BOOST_TEST(waits);
}

BOOST_AUTO_TEST_CASE(what_is_no_good_token_is_refused_alike_and_costs_no_hashing) {
  running_customer shop({1, 0});  // every password is one too many
  BOOST_TEST(shop.sign_up(ada).status == 503);
  for (const auto& shown :
       {std::string{}, std::string("x"), std::string(43, 'A'), std::string(44, 'A'),
        std::string(42, 'A') + "B", std::string(5000, 'A'), "' OR 1=1 --" + std::string(32, 'A')})
    is_refused(reset(shop, shown));
  for (const auto* body : {"{}", R"({"token":"x"})", R"({"newPassword":"12345678"})",
                           R"({"token":["x"],"newPassword":"12345678"})"})
    BOOST_TEST(shop.call("POST", "/password/reset", body).slug() == "invalid-body");
}

BOOST_AUTO_TEST_CASE(of_many_uses_of_a_token_at_once_one_succeeds) {
  running_customer shop;
  BOOST_TEST(shop.sign_up(ada).status == 201);
  const auto token = token_for(shop);
  const auto answers =
      at_once(6, [&](int i) { return reset(shop, token, new_password + std::to_string(i)); });
  BOOST_TEST(with_status(answers, 204) == 1);
  for (int i = 0; i < 6; ++i) {
    const auto& each = answers[static_cast<std::size_t>(i)];
    if (each.status != 204) is_refused(each);
    const auto in = shop.log_in(ada, new_password + std::to_string(i));
    BOOST_TEST(in.status == (each.status == 204 ? 200 : 401));
  }
}

BOOST_AUTO_TEST_CASE(an_expired_token_is_refused) {
  running_customer shop;
  BOOST_TEST(shop.sign_up(ada).status == 201);
  const auto token = token_for(shop);
  shop.schema().as_root([](db::session& s) {
    s.execute("UPDATE reset_token SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
  });
  is_refused(reset(shop, token));
  BOOST_TEST(shop.log_in(ada).status == 200);
}

BOOST_AUTO_TEST_CASE(a_later_token_replaces_the_former_one_of_that_customer_only) {
  running_customer shop;
  for (const auto& email : {ada, std::string("eve@example.org")})
    BOOST_TEST(shop.sign_up(email).status == 201);
  const auto of_eve = token_for(shop, "eve@example.org");
  const auto first = token_for(shop);
  const auto second = token_for(shop);
  is_refused(reset(shop, first));
  BOOST_TEST(reset(shop, second).status == 204);
  BOOST_TEST(reset(shop, of_eve).status == 204);
  BOOST_TEST(shop.log_in("eve@example.org", new_password).status == 200);
}

BOOST_AUTO_TEST_CASE(a_changed_password_ends_the_tokens_that_wait) {
  running_customer shop;
  const auto in = shop.member(ada);
  const auto token = token_for(shop);
  const auto* const change = R"({"currentPassword":"correct horse","newPassword":"something new"})";
  BOOST_TEST(shop.call("PUT", "/password", change, in.text("accessToken")).status == 204);
  is_refused(reset(shop, token));
  BOOST_TEST(shop.log_in(ada, "something new").status == 200);
}

BOOST_AUTO_TEST_CASE(an_account_gets_so_many_mails_an_hour_also_when_asked_at_once) {
  running_customer shop({4, 64}, {.mails_per_hour = 2});
  BOOST_TEST(shop.sign_up(ada).status == 201);
  BOOST_TEST(with_status(at_once(8, [&](int) { return forgot(shop); }), 204) == 8);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("reset_token") == 2);
  BOOST_TEST(shop.count("reset_token WHERE ended_at IS NULL") == 1);
  static_cast<void>(invitations(shop, 2));
  BOOST_TEST(forgot(shop).status == 204);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("reset_token") == 2);

  shop.schema().as_root([](db::session& s) {
    s.execute("UPDATE reset_token SET made_at = made_at - INTERVAL 61 MINUTE ORDER BY made_at LIMIT 1");
    s.execute(
        "UPDATE letter SET written_at = written_at - INTERVAL 61 MINUTE WHERE kind = 'reset' "
        "ORDER BY written_at LIMIT 1");
  });
  BOOST_TEST(forgot(shop).status == 204);
  static_cast<void>(invitations(shop, 1));
  BOOST_TEST(shop.count("reset_token") == 2);  // the old row is gone
  BOOST_TEST(shop.count("letter WHERE kind = 'reset'") == 2);
}

// Else a stranger could use up the mails of an hour, and nobody would have a token when the last one is over.
BOOST_AUTO_TEST_CASE(beyond_the_limit_a_mail_follows_when_the_time_of_the_last_token_is_over) {
  running_customer shop({4, 64}, {.mails_per_hour = 2});
  BOOST_TEST(shop.sign_up(ada).status == 201);
  for (int i = 0; i < 2; ++i) static_cast<void>(token_for(shop));
  BOOST_TEST(forgot(shop).status == 204);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("reset_token") == 2);
  shop.schema().as_root(
      [](db::session& s) { s.execute("UPDATE letter SET written_at = written_at - INTERVAL 31 MINUTE"); });
  const auto token = token_for(shop);
  BOOST_TEST(forgot(shop).status == 204);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("reset_token") == 3);
  BOOST_TEST(reset(shop, token).status == 204);
}

// Anybody can make an account with a stranger's address, and end it and its tokens at will.
BOOST_AUTO_TEST_CASE(no_more_mails_come_when_the_account_or_its_tokens_end) {
  running_customer shop({4, 64}, {.mails_per_hour = 2});
  const auto in = shop.sign_up(ada);
  for (int i = 0; i < 2; ++i) static_cast<void>(token_for(shop));
  const auto* const change = R"({"currentPassword":"correct horse","newPassword":"something new"})";
  BOOST_TEST(shop.call("PUT", "/password", change, in.text("accessToken")).status == 204);
  BOOST_TEST(forgot(shop).status == 204);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("reset_token") == 2);

  const auto anew = shop.log_in(ada, "something new");
  BOOST_TEST(shop.call("DELETE", "/profile", {}, anew.text("accessToken")).status == 204);
  BOOST_TEST(shop.sign_up("ADA@example.org").status == 201);
  BOOST_TEST(forgot(shop).status == 204);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("reset_token") == 0);
  BOOST_TEST(shop.sign_up("eve@example.org").status == 201);
  static_cast<void>(token_for(shop, "eve@example.org"));
}

BOOST_AUTO_TEST_CASE(the_end_of_the_account_takes_its_tokens_and_the_mail_that_has_not_left) {
  running_customer shop;
  const auto in = shop.member(ada);
  const auto early = token_for(shop);
  shop.broker_gate().refuse();
  shop.broker_gate().close();
  BOOST_TEST(forgot(shop).status == 204);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("outbox WHERE type = 'customer.password-forgotten'") == 1);
  BOOST_TEST(shop.call("DELETE", "/profile", {}, in.text("accessToken")).status == 204);
  BOOST_TEST(shop.count("outbox WHERE type = 'customer.password-forgotten'") == 0);
  BOOST_TEST(shop.count("outbox WHERE LOCATE('ada@', data) > 0") == 0);
  BOOST_TEST(shop.count("reset_token") == 0);
  is_refused(reset(shop, early));
  BOOST_TEST(forgot(shop).status == 204);
  BOOST_TEST(shop.all_invited());
  BOOST_TEST(shop.count("reset_token") == 0);
}

BOOST_AUTO_TEST_CASE(resets_of_many_customers_at_once_do_not_hinder_each_other) {
  running_customer shop;
  std::vector<std::string> emails;
  for (int i = 0; i < 8; ++i) emails.push_back("a" + std::to_string(i) + "@example.org");
  for (const auto& each : emails) BOOST_TEST(shop.sign_up(each).status == 201);
  for (int round = 0; round < 3; ++round) {
    // Each ends its own tokens and takes away what is old of all.
    shop.schema().as_root([](db::session& s) {
      s.execute("UPDATE reset_token SET made_at = made_at - INTERVAL 61 MINUTE");
      s.execute("UPDATE letter SET written_at = written_at - INTERVAL 61 MINUTE");
    });
    BOOST_TEST(
        with_status(at_once(8, [&](int i) { return forgot(shop, emails[static_cast<std::size_t>(i)]); }),
                    204) == 8);
    BOOST_TEST(shop.all_invited());
  }
  static_cast<void>(invitations(shop, 24));
  BOOST_TEST(shop.count("reset_token") == 8);
  BOOST_TEST(shop.count("reset_token WHERE ended_at IS NULL") == 8);
}
