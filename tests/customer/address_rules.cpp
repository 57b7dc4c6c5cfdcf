// What goes into an address and what does not (customer/address.hpp), and how it is shown.
#include "common/error.hpp"
#include "customer/address.hpp"
#include "customer/representation.hpp"
#include "customer/schemas.hpp"
#include "customer/text_rules.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using customer::postal_address;

namespace {

postal_address home() {
  postal_address where;
  where.street = "Lindenallee 7";
  where.city = "Berlin";
  where.postal_code = "10115";
  where.country = "DE";
  return where;
}

// The places refused, in order, separated by blanks.
std::string refused_places(const postal_address& where) {
  std::string places;
  try {
    static_cast<void>(customer::checked(where));
  } catch (const error& failure) {
    BOOST_TEST((failure.kind() == fault::malformed));
    BOOST_TEST(failure.slug() == "invalid-body");
    for (const auto& each : failure.violations()) places += (places.empty() ? "" : " ") + each.pointer;
  }
  return places;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_address_is_kept_as_it_is_written) {
  auto where = home();
  where.street = " 7 \"O'Hara\" % _ \\ \xf0\x9f\x8f\xa0 ";
  where.city = "\xe2\x80\x8f\xd7\x97\xd7\x99\xd7\xa4\xd7\x94\xe2\x80\x8e";  // with right-to-left marks
  const auto kept = customer::checked(where);
  BOOST_TEST(kept.street == where.street);
  BOOST_TEST(kept.city == where.city);
  BOOST_TEST(!kept.state);
}

BOOST_AUTO_TEST_CASE(a_blank_state_is_none_and_a_blank_other_member_is_refused) {
  for (const auto* blank : {"", " ", "\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x8b", "\xe2\x80\x8f"}) {
    auto where = home();
    where.state = blank;
    BOOST_TEST(!customer::checked(where).state);
    where.street = where.city = where.postal_code = where.country = blank;
    BOOST_TEST(refused_places(where) == "/street /city /postalCode /country");
  }
}

BOOST_AUTO_TEST_CASE(lengths_are_counted_in_code_points) {
  postal_address where;
  where.street = repeated("\xf0\x9f\x8d\x92", 200);
  where.city = repeated("\xc3\xa9", 100);
  where.state = repeated("\xe6\x9d\x8e", 100);
  where.postal_code = repeated("9", 20);
  where.country = repeated("\xc3\xa9", 100);
  BOOST_TEST(refused_places(where) == "");
  for (auto* text : {&where.street, &where.city, &*where.state, &where.postal_code, &where.country})
    *text += "x";
  BOOST_TEST(refused_places(where) == "/street /city /state /postalCode /country");
}

BOOST_AUTO_TEST_CASE(controls_and_direction_overrides_are_refused_in_an_address) {
  for (const auto* wrong :
       {"a\nb", "a\tb", "a\x7f", "a\xc2\x85", "a\xe2\x80\xa8z", "a\xe2\x80\xaez", "a\xe2\x81\xa6z"}) {
    auto where = home();
    where.state = wrong;
    BOOST_TEST(refused_places(where) == "/state");
    where.street = wrong;
    BOOST_TEST(refused_places(where) == "/street /state");
  }
}

BOOST_AUTO_TEST_CASE(an_address_needs_all_but_the_state) {
  const auto fits = [](std::string_view body) {
    return customer::schemas::address().violations(json::document::parse(body).root()).empty();
  };
  BOOST_TEST(fits(R"({"street":"a","city":"b","postalCode":"c","country":"d"})"));
  BOOST_TEST(fits(R"({"street":"a","city":"b","state":null,"postalCode":"c","country":"d","more":1})"));
  BOOST_TEST(!fits(R"({"city":"b","postalCode":"c","country":"d"})"));
  BOOST_TEST(!fits(R"({"street":"a","postalCode":"c","country":"d"})"));
  BOOST_TEST(!fits(R"({"street":"a","city":"b","country":"d"})"));
  BOOST_TEST(!fits(R"({"street":"a","city":"b","postalCode":"c"})"));
  BOOST_TEST(!fits(R"({"street":"a","city":"b","postalCode":10115,"country":"d"})"));
  BOOST_TEST(!fits("[]"));
}

BOOST_AUTO_TEST_CASE(an_address_is_shown_with_a_state_of_null_when_it_has_none) {
  BOOST_TEST(
      customer::json_of(customer::address{3, home()}) ==
      R"({"id":3,"street":"Lindenallee 7","city":"Berlin","state":null,"postalCode":"10115","country":"DE"})");
}

BOOST_AUTO_TEST_CASE(a_change_leaves_what_is_not_given_and_clears_what_is_none) {
  customer::account who;
  who.name = "Ada";
  who.phone = "12345";
  customer::profile_change change;
  BOOST_TEST(change.empty());
  change.phone.emplace(std::nullopt);
  const auto now = customer::changed(who, change);
  BOOST_TEST(now.name.value() == "Ada");
  BOOST_TEST(!now.phone);
}
