// A change whose COMMIT went through while its answer was lost: what is done is said to be done.
#include "tests/db/gate.hpp"
#include "tests/products/assortment_of_test.hpp"

using namespace mercat;
using namespace mercat::products;
using test::gate;
using test::soon;

namespace {

struct answers_lost : test::assortment_of_test {
  gate between{schema.options().socket};
  db::pool through_gate{options(), logger, metrics};
  assortment unlucky{through_gate, "EUR", [this] { ++wakes; }};

  db::pool_options options() const {
    auto given = schema.options();
    given.socket = between.path();
    given.threads = 2;
    return given;
  }
  template <class Make>
  auto without_answer(Make make) {
    between.set(gate::mode::swallow_commit);
    struct reopen {
      gate& at;
      ~reopen() { at.set(gate::mode::open); }
    } const at_the_end{between};
    return await(make);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_new_product_whose_commit_was_not_confirmed_is_found, answers_lost) {
  const auto made = without_answer([&] { return unlucky.create(lamp(), soon()); });
  BOOST_TEST(find(made.id).has_value());
  BOOST_TEST(events().size() == 2U);
  BOOST_TEST(number("SELECT COUNT(*) FROM product") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_change_whose_commit_was_not_confirmed_is_found, answers_lost) {
  auto item = create();
  item.name = "Floor lamp";
  const auto now = without_answer([&] { return unlucky.update(item, soon()); });
  BOOST_TEST(now.version == 2);
  BOOST_TEST(now.name == "Floor lamp");
  BOOST_TEST(find(item.id)->version == 2);
}

BOOST_FIXTURE_TEST_CASE(an_adjustment_whose_commit_was_not_confirmed_counts_once, answers_lost) {
  const auto item = create();
  const stock_adjustment wanted{-3, "broken"};
  const auto level = without_answer([&] { return unlucky.adjust_stock(item.id, wanted, soon()); });
  BOOST_TEST(level.on_hand == 7);
  BOOST_TEST(find(item.id)->quantity == 7);
  BOOST_TEST(number("SELECT COUNT(*) FROM stock_movement") == 2);
}

BOOST_FIXTURE_TEST_CASE(a_deletion_whose_commit_was_not_confirmed_is_found, answers_lost) {
  const auto item = create();
  without_answer([&] { return unlucky.remove(item.id, soon()); });
  BOOST_TEST(!find(item.id).has_value());
  BOOST_TEST(number("SELECT COUNT(*) FROM deleted_product") == 1);
}
