// The mail with which a forgotten password is replaced: what it says, and which events it is made from.
#include "crm-mailer/reset_mail.hpp"

#include "common/error.hpp"
#include "crm-mailer/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using namespace mercat::crm_mailer;

namespace {

constexpr auto event_id = "0198c0de-0000-7000-8000-000000000002";
const std::string token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN_-0";

forgetful_customer ada() {
  const auto end = std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + std::chrono::hours{14};
  return {"ada@example.org", "Ada <b>", token, end + std::chrono::minutes{5}};
}

letterhead shop(const std::string& url = "https://shop.example.org/") {
  return {mailbox::parse("Mercat <shop@mercat.test>"), "mercat.test", url};
}

mail written(const letterhead& by, forgetful_customer who = ada()) {
  return reset_mail(who, by, event_id, {});
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

messaging::event event_with(const std::string& data) {
  messaging::event event;
  event.data = data;
  return event;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reset_mails)

BOOST_AUTO_TEST_CASE(it_has_the_link_the_token_alone_and_its_end) {
  const auto letter = written(shop());
  BOOST_TEST(letter.to == "ada@example.org");
  BOOST_TEST(letter.message_id == std::string(event_id) + "@mercat.test");
  for (const auto& part : {letter.text, letter.html}) {
    BOOST_TEST(has(part, "https://shop.example.org/reset#" + token), part);
    BOOST_TEST(has(part, "2026-01-31 14:05 UTC"), part);
    BOOST_TEST(has(part, "ada@example.org"), part);
    BOOST_TEST(!has(part, "Ada <b>"), part);
  }
  BOOST_TEST(has(letter.text, "\n" + token + "\n"), letter.text);
  BOOST_TEST(!has(letter.subject, "Ada"));
  BOOST_TEST(has(written(shop("https://shop.example.org")).text, "https://shop.example.org/reset#" + token));
}

BOOST_AUTO_TEST_CASE(an_event_is_read_with_a_name_or_without) {
  const auto whole = password_forgotten::read(
      event_with(R"({"customerId":7,"email":"a@example.org","name":"Ada","token":")" + token +
                 R"(","expiresAt":"2026-01-31T14:05:00.000Z"})"));
  BOOST_TEST(whole.customer_id == 7);
  BOOST_TEST(whole.who.token == token);
  BOOST_TEST(whole.who.name == "Ada");
  BOOST_TEST((whole.who.expires_at == ada().expires_at));
  const auto nameless =
      password_forgotten::read(event_with(R"({"customerId":7,"email":"a@example.org","name":null,"token":")" +
                                          token + R"(","expiresAt":"2026-01-31T14:05:00.000Z"})"));
  BOOST_TEST(nameless.who.name.empty());
}

BOOST_AUTO_TEST_CASE(an_event_whose_token_or_end_is_not_what_it_should_be_is_unreadable) {
  const std::string end = R"(,"expiresAt":"2026-01-31T14:05:00.000Z"})";
  const std::string start = R"({"customerId":7,"email":"a@example.org","token":)";
  for (const auto& data :
       {start + "\"\"" + end, start + "7" + end, start + "\"a b\"" + end, start + "\"<x>\"" + end,
        start + "\"" + token + "\"}", start + "\"" + token + R"(","expiresAt":"tomorrow"})",
        R"({"customerId":7,"token":")" + token + "\"" + end,
        R"({"email":"a@example.org","token":")" + token + "\"" + end, std::string("[]")})
    BOOST_CHECK_THROW(static_cast<void>(password_forgotten::read(event_with(data))), error);
}

BOOST_AUTO_TEST_SUITE_END()
