#include "common/db/migration.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_CASE(statements_end_with_a_semicolon_at_the_end_of_a_line) {
  const auto found = mercat::db::split_statements(
      "-- a comment; with a semicolon\n"
      "CREATE TABLE a (\n  -- about b;\n  b INT\n);  \r\n"
      "\n"
      "INSERT INTO a VALUES ('x;y'), (';');\n"
      "SELECT 1");
  BOOST_REQUIRE_EQUAL(found.size(), 3U);
  BOOST_TEST(found[0] == "CREATE TABLE a (\n  b INT\n)\n");
  BOOST_TEST(found[1] == "INSERT INTO a VALUES ('x;y'), (';')\n");
  BOOST_TEST(found[2] == "SELECT 1\n");
}

BOOST_AUTO_TEST_CASE(comments_alone_are_no_statement) {
  BOOST_TEST(mercat::db::split_statements("-- nothing\n\n  -- here\n").empty());
}
