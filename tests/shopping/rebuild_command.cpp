// `shopping rebuild-replica`, from its settings to its last line.
#include "shopping/rebuild_command.hpp"

#include "tests/shopping/shopping_of_test.hpp"

#include <iostream>
#include <sstream>
#include <thread>

using namespace mercat;
using mercat::test::shopping_of_test;

namespace {

struct command_of_test : shopping_of_test {
  std::string run() {
    shopping::settings settings;
    settings.process.replica = "shopping-9";
    settings.database = schema.options();
    settings.broker.common = broker.options("rebuild");
    std::ostringstream said;
    auto* const before = std::cout.rdbuf(said.rdbuf());
    try {
      shopping::rebuild_replica(settings);
    } catch (...) {
      std::cout.rdbuf(before);
      throw;
    }
    std::cout.rdbuf(before);
    return said.str();
  }
  std::int64_t rows() {
    std::int64_t count = 0;
    schema.as_root([&](db::session& s) {
      count = s.query_one("SELECT COUNT(*) FROM product_replica WHERE version = 1")->integer(0);
    });
    return count;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_command_rebuilds_and_says_what_it_did, command_of_test) {
  for (std::int64_t id = 1; id <= 450; ++id) catalogue.add(id);
  sql("INSERT INTO product_replica (product_id, version) VALUES (7, 99), (9000, 1)");
  const auto said = run();
  BOOST_TEST(rows() == 450);
  BOOST_TEST(said.find("rebuilt: 450 products, 0 deleted ones, 1 rows removed") != std::string::npos, said);
}

BOOST_FIXTURE_TEST_CASE(the_command_waits_for_products_and_says_so, command_of_test) {
  catalogue.add(1);
  products_go_away();
  std::atomic<int> failures{0};
  // It says so after a second; until its first try is made, a slow machine may need some more.
  std::jthread later{test::counting(failures, [&] {
    if (test::throughout(std::chrono::seconds{6}, [&] { return rows() == 0; })) products_come_back();
  })};
  const auto said = run();
  later.join();
  BOOST_TEST(failures == 0);
  BOOST_TEST(said.find("waiting: ") != std::string::npos, said);
  BOOST_TEST(rows() == 1);
}
