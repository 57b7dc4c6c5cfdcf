// What a customer is told when the database takes a commit and does not say so.
#include "tests/db/gate.hpp"
#include "tests/shopping/shopping_of_test.hpp"

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::is;
using mercat::test::shopping_of_test;

namespace {

struct behind_a_gate : shopping_of_test {
  test::gate between{schema.options().socket};
  db::pool through{through_gate(), logger, metrics};
  shopping::carts gated{through, offers};

  behind_a_gate() {
    catalogue.add(1);
    catalogue.add(2);
  }
  db::pool_options through_gate() const {
    auto options = schema.options();
    options.socket = between.path();
    return options;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_merge_whose_commit_was_not_confirmed_is_looked_up_and_not_repeated, behind_a_gate) {
  set(7, 1, 1);
  const std::vector<wanted_product> items{{1, 2}, {2, 3}};
  between.set(test::gate::mode::swallow_commit);
  const auto merged = test::wait_for(loop, [&] { return gated.merge(7, items, soon()); });
  BOOST_TEST(merged.lines.size() == 2U);
  const auto lines = view(7);
  BOOST_TEST(lines[0].quantity == 3);
  BOOST_TEST(lines[1].quantity == 3);
}

BOOST_FIXTURE_TEST_CASE(a_set_whose_commit_was_not_confirmed_says_so_and_may_be_repeated, behind_a_gate) {
  between.set(test::gate::mode::swallow_commit);
  BOOST_CHECK_EXCEPTION(test::wait_for(loop, [&] { return gated.set(7, 1, 4, soon()); }), error,
                        is(fault::too_slow, "outcome-unknown"));
  between.set(test::gate::mode::open);
  BOOST_TEST(test::wait_for(loop, [&] { return gated.set(7, 1, 4, soon()); })[0].quantity == 4);
}
