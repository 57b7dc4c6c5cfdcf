// What an order's events mean, and how they are read; without a database.
#include "common/error.hpp"
#include "products/events.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace mercat;
using namespace mercat::products;

namespace {

const std::string order_id = "0198c0de-0000-7000-8000-000000000001";

messaging::event created(const std::string& items, const std::string& id = order_id) {
  return {"m", "order.created",
          R"({"orderId":")" + id + R"(","customerId":7,"email":null,"items":)" + items + "}", ""};
}

bool is_malformed(const error& refused) {
  return refused.kind() == fault::malformed;
}

}  // namespace

BOOST_AUTO_TEST_CASE(only_an_order_nobody_decided_is_decided) {
  BOOST_TEST((when_created(std::nullopt) == order_step::decide));
  for (const auto known : {order_status::accepted, order_status::rejected, order_status::cancelled})
    BOOST_TEST((when_created(known) == order_step::nothing));
}

BOOST_AUTO_TEST_CASE(only_what_was_taken_goes_back) {
  BOOST_TEST((when_cancelled(std::nullopt) == order_step::remember));
  BOOST_TEST((when_cancelled(order_status::accepted) == order_step::give_back));
  BOOST_TEST((when_cancelled(order_status::rejected) == order_step::nothing));
  BOOST_TEST((when_cancelled(order_status::cancelled) == order_step::nothing));
}

BOOST_AUTO_TEST_CASE(a_status_is_read_as_it_was_written) {
  for (const auto status : {order_status::accepted, order_status::rejected, order_status::cancelled})
    BOOST_TEST((read_order_status(to_text(status)) == status));
  BOOST_TEST((read_order_status("OPEN") == std::nullopt));
  BOOST_TEST((read_order_status("") == std::nullopt));
}

BOOST_AUTO_TEST_CASE(lines_of_one_product_are_summed_and_go_by_id) {
  const std::vector<order_line> expected{{2, 1}, {7, 5}, {30, 4}};
  BOOST_TEST((summed({{7, 2}, {30, 4}, {2, 1}, {7, 3}}) == expected));
}

BOOST_AUTO_TEST_CASE(what_are_no_lines_of_an_order_is_refused) {
  BOOST_TEST((summed({}) == std::nullopt));
  BOOST_TEST((summed({{1, 0}}) == std::nullopt));
  BOOST_TEST((summed({{1, -1}}) == std::nullopt));
  BOOST_TEST((summed({{0, 1}}) == std::nullopt));
  BOOST_TEST((summed({{1, most_on_hand}}).has_value()));
  BOOST_TEST((summed({{1, most_on_hand}, {1, 1}}) == std::nullopt));
  BOOST_TEST((summed({{1, std::numeric_limits<std::int64_t>::max()}}) == std::nullopt));
  BOOST_TEST((summed(std::vector<order_line>(most_order_lines, {1, 1})).has_value()));
  BOOST_TEST((summed(std::vector<order_line>(most_order_lines + 1, {1, 1})) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(an_order_event_is_read_strictly) {
  const auto read = order_created::read(
      created(R"([{"productId":9,"quantity":2,"price":1.5},{"productId":3,"quantity":1}])"));
  BOOST_TEST(read.order.id == order_id);
  const std::vector<order_line> expected{{3, 1}, {9, 2}};
  BOOST_TEST((read.order.lines == expected));
  for (const std::string wrong :
       {"[]", "{}", "null", "7", "[7]", "[null]", R"([{"productId":1}])", R"([{"quantity":1}])",
        R"([{"productId":"1","quantity":1}])", R"([{"productId":1,"quantity":1.5}])"})
    BOOST_CHECK_EXCEPTION(static_cast<void>(order_created::read(created(wrong))), error, is_malformed);
  for (const std::string wrong :
       {"", "7", "0198C0DE-0000-7000-8000-000000000001", "0198c0de-0000-7000-8000-00000000000",
        "0198c0de0000-7000-8000-0000000000010"}) {
    const auto items = R"([{"productId":1,"quantity":1}])";
    BOOST_CHECK_EXCEPTION(static_cast<void>(order_created::read(created(items, wrong))), error, is_malformed);
  }
  for (const std::string wrong : {"", "{", "[]", "7", "null", "{}", R"({"orderId":7})"}) {
    const messaging::event event{"m", "order.cancelled", wrong, ""};
    BOOST_CHECK_EXCEPTION(static_cast<void>(order_cancelled::read(event)), error, is_malformed);
  }
}
