// What a mail server's replies mean for one mail.
#include "crm-mailer/smtp_conversation.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace mercat::crm_mailer;

BOOST_AUTO_TEST_CASE(only_a_5xx_to_this_mail_is_final) {
  const auto refused = [](const std::vector<std::pair<std::string, std::string>>& talk) {
    smtp_conversation about;
    for (const auto& [said, heard] : talk) {
      if (!said.empty()) about.said(said + "\r\n");
      about.heard(heard + "\r\n");
    }
    return about.refused_for_good();
  };
  const std::pair<std::string, std::string> hello{"EHLO x", "250 hi"}, from{"MAIL FROM:<a>", "250 ok"},
      to{"RCPT TO:<b>", "250 ok"}, quit{"QUIT", "221 bye"};
  BOOST_TEST(refused({hello, from, {"RCPT TO:<b>", "550 nobody"}, quit}));
  BOOST_TEST(refused({hello, from, to, {"DATA", "354 go"}, {"", "554 spam"}, quit}));
  BOOST_TEST(refused({hello, {"MAIL FROM:<a> SIZE=9", "552 too large"}, quit}));
  BOOST_TEST(!refused({hello, from, {"RCPT TO:<b>", "451 later"}, quit}));
  BOOST_TEST(!refused({{"", "554 not now"}}));
  BOOST_TEST(!refused({hello, {"AUTH PLAIN", "535 who?"}, quit}));
  BOOST_TEST(!refused({hello, {"MAIL FROM:<a>", "550 not you"}, quit}));
  BOOST_TEST(!refused({hello, from, to, {"DATA", "354 go"}, {"", "250 done"}, {"QUIT", "500 ?"}}));
}

BOOST_AUTO_TEST_CASE(only_a_4xx_to_this_mail_postpones_it) {
  const auto postponed = [](std::string_view command, std::string_view reply) {
    smtp_conversation talk;
    talk.heard("220 welcome");
    if (!command.empty()) talk.said(command);
    talk.heard(reply);
    return talk.postponed();
  };
  for (const auto* reply :
       {"450 mailbox busy", "450 4.2.2 full", "451-4.7.1 greylisted", "452 4.2.2 full", "450"})
    BOOST_TEST(postponed("RCPT TO:<a@b.cd>", reply), reply);
  BOOST_TEST(postponed("DATA", "451 later"));
  // About the server: it leaves, or is in trouble.
  for (const auto* reply :
       {"421 4.2.1 closing", "451 4.3.0 trouble", "452-4.3.1 disk full", "550 no", "250 ok"})
    BOOST_TEST(!postponed("RCPT TO:<a@b.cd>", reply), reply);
  BOOST_TEST(!postponed("", "450 later"));
  BOOST_TEST(!postponed("MAIL FROM:<a@b.cd>", "450 later"));
}
