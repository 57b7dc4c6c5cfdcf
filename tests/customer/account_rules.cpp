// What goes into an account and what does not (customer/account.hpp), and the bodies' schemas.
#include "common/error.hpp"
#include "customer/account.hpp"
#include "customer/representation.hpp"
#include "customer/schemas.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using customer::email_address;

namespace {

bool is_email(std::string_view text) {
  return email_address::try_parse(text).has_value();
}

std::string violated_place(const error& failure) {
  return failure.violations().empty() ? "" : failure.violations().front().pointer;
}

bool fits(const json::schema& shape, std::string_view body) {
  return shape.violations(json::document::parse(body).root()).empty();
}

std::string sign_up_with_password(std::string_view password) {
  return R"({"email":"a@b.cd","password":")" + std::string(password) + "\"}";
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_email_keeps_its_spelling_and_is_compared_without_case) {
  const auto given = email_address::parse("  Ada.Lovelace+Shop@Example.ORG\n");
  BOOST_TEST(given.spelling() == "Ada.Lovelace+Shop@Example.ORG");
  BOOST_TEST(given.key() == "ada.lovelace+shop@example.org");
}

BOOST_AUTO_TEST_CASE(unusual_but_legal_emails_are_accepted) {
  for (const auto* legal :
       {"o'brien@x.com", "a@b.co", "1@2.example", "user_name-x@sub.domain.example.org", "-a@b.cd",
        "!#$%&'*+/=?^_`{|}~-@example.org", "x@xn--bcher-kva.example", "x@1and1.com"})
    BOOST_TEST(is_email(legal), legal);
}

BOOST_AUTO_TEST_CASE(what_is_no_email_is_refused) {
  for (const auto* wrong : {"",
                            " ",
                            "@",
                            "a",
                            "a@",
                            "@b.cd",
                            "a@b",
                            "a@@b.cd",
                            "a@b@c.de",
                            "a b@c.de",
                            "a@b c.de",
                            ".a@b.cd",
                            "a.@b.cd",
                            "a..b@c.de",
                            "a@.b.cd",
                            "a@b.cd.",
                            "a@b..cd",
                            "a@-b.cd",
                            "a@b-.cd",
                            "a@127.0.0.1",
                            "a@[127.0.0.1]",
                            "\"a b\"@c.de",
                            "a@b.cd\r\nBcc: x@y.zz",
                            "a\n@b.cd",
                            "a@b_c.de",
                            "<a@b.cd>",
                            "a,b@c.de",
                            "a@b.cd,e@f.gh",
                            "j\xc3\xb6rg@b.cd",
                            "a@b\xc3\xbc.de",
                            "a(b)@c.de",
                            "a@b.cd;"})
    BOOST_TEST(!is_email(wrong), wrong);
  BOOST_TEST(!is_email(std::string_view("a\0@b.cd", 7)));
  BOOST_TEST(!is_email(std::string_view("a@b.cd\0", 7)));
}

BOOST_AUTO_TEST_CASE(a_hyphen_in_front_is_refused_to_newcomers_only) {
  BOOST_CHECK_THROW(email_address::for_sign_up("-a@b.cd"), error);
  BOOST_TEST(email_address::for_sign_up("a-@b.cd").key() == "a-@b.cd");
  BOOST_TEST(email_address::parse("-a@b.cd").key() == "-a@b.cd");
}

BOOST_AUTO_TEST_CASE(an_email_has_a_limit_in_each_part) {
  BOOST_TEST(is_email(std::string(64, 'a') + "@b.cd"));
  BOOST_TEST(!is_email(std::string(65, 'a') + "@b.cd"));
  BOOST_TEST(is_email("a@" + std::string(63, 'b') + ".cd"));
  BOOST_TEST(!is_email("a@" + std::string(64, 'b') + ".cd"));
  const auto domain = repeated(std::string(49, 'b') + ".", 5);  // 250 bytes
  BOOST_TEST(is_email("a@" + domain + "cd"));
  BOOST_TEST(!is_email("a@" + domain + "cde"));
}

BOOST_AUTO_TEST_CASE(a_refused_email_is_named_by_its_place) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(email_address::parse("nobody")), error, [](const error& failure) {
    return failure.kind() == fault::malformed && failure.slug() == "invalid-body" &&
           violated_place(failure) == "/email";
  });
}

BOOST_AUTO_TEST_CASE(a_name_is_trimmed_and_an_empty_one_is_none) {
  BOOST_TEST(customer::name_from("  Ada ").value() == "Ada");
  BOOST_TEST(!customer::name_from(std::nullopt));
  BOOST_TEST(!customer::name_from(" \t"));
}

BOOST_AUTO_TEST_CASE(a_name_is_measured_in_code_points) {
  BOOST_TEST(customer::name_from(repeated("\xf0\x9f\x8d\x92", 200)).value().size() == 800U);
  BOOST_CHECK_THROW(static_cast<void>(customer::name_from(repeated("\xc3\xa9", 201))), error);
}

BOOST_AUTO_TEST_CASE(a_name_with_control_characters_is_refused) {
  for (const auto* wrong : {"A\r\nB", "A\tB", "A\x1b[2J", "A\x7f", "A\xc2\x85",
                            "A\xe2\x80\xa8"
                            "B",
                            "A\xe2\x80\xae"
                            "B",
                            "A\xe2\x81\xa6"
                            "B"})
    BOOST_CHECK_EXCEPTION(static_cast<void>(customer::name_from(wrong)), error,
                          [](const error& failure) { return violated_place(failure) == "/name"; });
  BOOST_CHECK_THROW(static_cast<void>(customer::name_from(std::string_view("A\0B", 3))), error);
  BOOST_TEST(customer::name_from("Zo\xc3\xab \xe6\x9d\x8e \xd7\xa9\xd7\x9c\xe2\x80\x8f").has_value());
}

BOOST_AUTO_TEST_CASE(a_phone_number_is_kept_as_written) {
  BOOST_TEST(customer::phone_from(" +49 (30) 90-18.20 ").value() == "+49 (30) 90-18.20");
  BOOST_TEST(!customer::phone_from(""));
  for (const auto* wrong : {"1234", "1234567890123456", "+", "12345x", "++12345", "12+345", "tel:12345",
                            "12345\n6", "1 2 3 4 5                              6"})
    BOOST_CHECK_EXCEPTION(static_cast<void>(customer::phone_from(wrong)), error,
                          [](const error& failure) { return violated_place(failure) == "/phone"; });
}

BOOST_AUTO_TEST_CASE(a_password_has_8_to_128_characters_of_any_alphabet) {
  const auto& shape = customer::schemas::sign_up();
  BOOST_TEST(!fits(shape, sign_up_with_password("1234567")));
  BOOST_TEST(fits(shape, sign_up_with_password("12345678")));
  BOOST_TEST(fits(shape, sign_up_with_password(repeated("\xf0\x9f\x8d\x92", 8))));
  BOOST_TEST(!fits(shape, sign_up_with_password(repeated("\xf0\x9f\x8d\x92", 7))));
  BOOST_TEST(fits(shape, sign_up_with_password(std::string(128, 'x'))));
  BOOST_TEST(!fits(shape, sign_up_with_password(std::string(129, 'x'))));
}

BOOST_AUTO_TEST_CASE(a_sign_up_needs_email_and_password_and_may_leave_the_rest) {
  const auto& shape = customer::schemas::sign_up();
  BOOST_TEST(!fits(shape, R"({"email":"a@b.cd"})"));
  BOOST_TEST(!fits(shape, R"({"password":"12345678"})"));
  BOOST_TEST(!fits(shape, R"({"email":7,"password":"12345678"})"));
  BOOST_TEST(!fits(shape, R"([])"));
  BOOST_TEST(
      fits(shape, R"({"email":"a@b.cd","password":"12345678","name":null,"phone":null,"role":"admin"})"));
}

BOOST_AUTO_TEST_CASE(an_account_is_shown_without_what_is_secret) {
  using namespace std::chrono_literals;
  customer::account who;
  who.id = 7;
  who.email = "Ada@example.org";
  who.name = "A \"B\"";
  who.created_at = std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 23h + 59min + 58s + 7ms;
  BOOST_TEST(customer::json_of(customer::customer_profile{who, {}}) ==
             R"({"id":7,"email":"Ada@example.org","name":"A \"B\"","phone":null,"role":"user",)"
             R"("createdAt":"2026-01-31T23:59:58.007Z","addresses":[]})");
  BOOST_TEST(customer::json_of(customer::session{who, "t.o.k", "r", 900s}) ==
             R"({"id":7,"email":"Ada@example.org","name":"A \"B\"","role":"user","accessToken":"t.o.k",)"
             R"("refreshToken":"r","tokenType":"Bearer","expiresIn":900})");
}
