// Nobody makes the shop's mails say or go elsewhere: line ends, lists and encodings in names, addresses and
// products (OWASP API8). The mails themselves are looked at.
#include "common/uuid.hpp"
#include "tests/e2e/world.hpp"
#include "tests/security/orders.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

using namespace mercat;
using namespace mercat::security;
using namespace std::chrono_literals;

namespace {

attack signing_up(const std::string& name, const std::string& email,
                  const std::string& persons_name = "Ann") {
  return {name,
          {"POST", "/signup",
           R"({"password":"correct horse","email":)" + e2e::quoted(email) +
               ",\"name\":" + e2e::quoted(persons_name) + "}"},
          "400 invalid-body|400 malformed-json"};
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_address_is_one_address) {
  group all("mail addresses", "API8");
  const auto fresh = [] { return "a" + uuid_v7() + "@example.test"; };
  std::vector<attack> tries;
  for (const auto& [name, before, after] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"CR LF and a header", "", "\r\nBcc: victim@example.test"},
           {"LF and a header", "", "\nBcc: victim@example.test"},
           {"CR and a header", "", "\rBcc: victim@example.test"},
           {"CR LF within", "a\r\n", ""},
           {"an SMTP command", "", ">\r\nRCPT TO:<victim@example.test>"},
           {"the end of a mail", "", "\r\n.\r\nMAIL FROM:<a@example.test>"},
           {"a comma", "", ",victim@example.test"},
           {"a semicolon", "", ";victim@example.test"},
           {"a blank", "", " victim@example.test"},
           {"brackets", "<", ">"},
           {"a name and brackets", "Ann <", ">"},
           {"two at signs", "x@", ""},
           {"a route", "@relay.test:", ""},
           {"a comment", "(c)", ""},
           {"quotes", "\"a b\"", ""},
           {"a NUL", "a" + std::string(1, '\0'), ""},
           {"a vertical tab", "a\x0B", ""},
           {"a DEL", "a\x7F", ""},
           {"letters above ASCII", "\xC3\xA4", ""},
           {"a wide at sign", "a\xEF\xBC\xA0", ""},
           {"a direction override", "\xE2\x80\xAE", ""},
           {"an invisible blank", "\xE2\x80\x8B", ""},
           {"a backslash", "a\\", ""},
           {"an encoded word", "=?utf-8?Q?a?= ", ""},
           {"a percent hack", "", "%victim.test@relay.test "},
           {"a bang", "", "!x y"}})
    tries.push_back(signing_up("e-mail with " + name, before + fresh() + after));
  for (const auto& [name, email] : std::vector<std::pair<std::string, std::string>>{
           {"no at sign", "ann.example.test"},
           {"no domain", "ann@"},
           {"no name", "@example.test"},
           {"no dot", "ann@localhost"},
           {"an IP address", "ann@127.0.0.1"},
           {"a literal", "ann@[127.0.0.1]"},
           {"a literal of IPv6", "ann@[IPv6:::1]"},
           {"two dots", "ann..x@example.test"},
           {"a dot in front", ".ann@example.test"},
           {"a dot behind", "ann.@example.test"},
           {"a dot at the end", "ann@example.test."},
           {"a dash", "ann@-example.test"},
           {"an underscore", "ann@exa_mple.test"},
           {"65 letters", std::string(65, 'a') + "@example.test"},
           {"255 letters", "a@" + std::string(245, 'b') + ".example"},
           {"60,000 letters", std::string(60'000, 'a') + "@example.test"},
           {"a label of 64 letters", "a@" + std::string(64, 'b') + ".test"},
           {"a port", "ann@example.test:25"},
           {"a path", "ann@example.test/x"},
           {"a domain in Cyrillic", "ann@\xD0\xB5xample.test"},
           {"an option", "-oQ@example.test"},
           {"a long option", "--help@example.test"},
           {"a URL", "mailto:ann@example.test?bcc=x@example.test"},
           {"a file", "|/bin/sh@example.test x"}})
    tries.push_back(signing_up("e-mail of " + name, email));
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"CR LF and a header", "Ann\r\nBcc: victim@example.test"},
           {"LF and a header", "Ann\nBcc: victim@example.test"},
           {"CR", "Ann\rBcc: victim@example.test"},
           {"a body", "Ann\r\n\r\n<h1>won</h1>"},
           {"the end of a mail", "Ann\r\n.\r\nMAIL FROM:<a@example.test>"},
           {"a vertical tab",
            "Ann\x0B"
            "b"},
           {"a form feed",
            "Ann\x0C"
            "b"},
           {"an escape", "Ann\x1B[2J"},
           {"a line separator",
            "Ann\xE2\x80\xA8"
            "b"},
           {"a next line",
            "Ann\xC2\x85"
            "b"},
           {"a direction override",
            "Ann\xE2\x80\xAE"
            "b"},
           {"a DEL", "Ann\x7F"},
           {"201 letters", std::string(201, 'a')}})
    tries.push_back(signing_up("name with " + name, fresh(), text));
  all.try_all(tries);
  all.finish();
}

namespace {

struct sent {
  std::string name, email;
};

// Signs up with names and addresses that are let through.
std::vector<sent> let_through(group& all, const std::string& victim) {
  std::vector<sent> all_sent;
  for (const auto& name :
       {std::string("=?utf-8?Q?=0D=0ABcc:_?= " + victim), "Ann <" + victim + ">",
        "Ann\", \"x\" <" + victim + ">", std::string("<b>Ann</b><img src=x onerror=alert(1)>"),
        std::string("&lt;script&gt;{{name}}${7*7}"), std::string("http://evil.example/won"),
        std::string("you won www.evil.example"), std::string("Ann %0d%0aBcc: ") + victim,
        std::string("\xF0\x9F\x9B\x92 Zo\xC3\xAB \xD7\xA9"), std::string(200, 'a'),
        std::string("Ann\\r\\nBcc: ") + victim}) {
    all_sent.push_back({name, e2e::fresh_email()});
    auto tried = signing_up("a name of " + name.substr(0, 30), all_sent.back().email, name);
    tried.expected = "201";
    all.try_at(the("edge"), tried);
  }
  for (const auto* local :
       {"root+x", "a'b", "{a}", "$HOME", "`id`", "a!b", "a%b", "a=b", "a/b", "*", "a|b", "a&b", "#a"}) {
    all_sent.push_back({"Ann", local + uuid_v7() + "@example.test"});
    auto tried = signing_up("an address like " + std::string(local), all_sent.back().email);
    tried.expected = "201";
    all.try_at(the("edge"), tried);
  }
  return all_sent;
}

void check_welcome(group& all, const std::string& name, const std::string& email, const std::string& victim) {
  std::vector<e2e::mail> mails;
  const bool came = e2e::becomes_true([&] { return !(mails = e2e::mails_to(email)).empty(); }, 20s);
  const auto label = "the mail to " + (name == "Ann" ? email.substr(0, 10) : name.substr(0, 30));
  if (!came) {
    all.judge(label, "mailbox", "one, to its reader", "none");
    return;
  }
  const auto& mail = mails.front();
  const bool alone = mails.size() == 1 && mail.to.find(email) != std::string::npos &&
                     mail.to.find(',') == std::string::npos && mail.to.find(victim) == std::string::npos;
  all.judge(label, "mailbox", "one, to its reader",
            alone ? "one, to its reader" : std::to_string(mails.size()) + " to " + mail.to);
  const bool quiet =
      mail.subject.find('\n') == std::string::npos && mail.subject.find("Bcc") == std::string::npos;
  all.judge(label + ", subject", "mailbox", "one line", quiet ? "one line" : mail.subject);
  const bool harmless =
      mail.html.find("<img") == std::string::npos && mail.html.find("<script") == std::string::npos &&
      mail.html.find("evil.example") == std::string::npos &&
      mail.text.find("evil.example") == std::string::npos && mail.text.find("\nBcc:") == std::string::npos;
  all.judge(label + ", text", "mailbox", "harmless", harmless ? "harmless" : mail.text + mail.html);
}

void order_a_hostile_product(group& all) {
  const auto& admin = an_admin().token;
  for (const auto* name :
       {"Lamp\r\nBcc: victim@example.test", "Lamp\nx", "Lamp\rx", "Lamp\xE2\x80\xAE", "Lamp\xE2\x80\xA8"})
    all.try_all({{"a product's name of " + e2e::quoted(name),
                  {"POST", "/products",
                   R"({"sku":"A)" + uuid_v7().substr(9) + R"(","type":"Attacked","price":1,"name":)" +
                       e2e::quoted(name) + "}",
                   admin},
                  "400 invalid-body"}});
  auto ann = sign_up();
  const auto product = new_product(R"(,"quantity":5)");
  const auto hostile = std::string("<a href='http://evil.example'>Lamp</a> {{total}} =?utf-8?Q?=0D=0A?=");
  (void)ask(the("products"), {"PUT", "/products/" + number(product),
                              R"({"version":1,"sku":"A)" + uuid_v7().substr(9) +
                                  R"(","type":"Attacked","price":1,"name":)" + e2e::quoted(hostile) + "}",
                              admin});
  e2e::expect(200, ask(the("edge"), {"POST", "/cart", R"({"quantity":1,"productId":)" + number(product) + "}",
                                     ann.token}));
  const auto ordered = ask(the("edge"), placing(ann, uuid_v7(), R"({"acceptPriceChange":true})"));
  all.judge("an order of a hostile product", "edge", "201", spelled(ordered));
  std::vector<e2e::mail> mails;
  all.judge("its mail", "mailbox", "came",
            e2e::becomes_true([&] { return (mails = e2e::mails_to(ann.email)).size() == 2; }, 20s) ? "came"
                                                                                                   : "none");
  for (const auto& mail : mails)
    all.judge("a mail to ann", "mailbox", "harmless",
              mail.html.find("<a href='http://evil") == std::string::npos ? "harmless" : mail.html);
}

}  // namespace

// What is let through reaches its reader, alone, and changes nothing of the mail but the words.
BOOST_AUTO_TEST_CASE(a_mail_goes_to_its_reader_and_says_what_it_should) {
  group all("mails", "API8");
  const auto victim = e2e::fresh_email();
  for (const auto& [name, email] : let_through(all, victim)) check_welcome(all, name, email, victim);
  all.judge("the mails to the victim", "mailbox", "0", std::to_string(e2e::mails_to(victim).size()));
  order_a_hostile_product(all);
  all.finish();
}
