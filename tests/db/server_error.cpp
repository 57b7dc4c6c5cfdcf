#include "common/db/server_error.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat::db;

BOOST_AUTO_TEST_CASE(the_key_of_a_duplicate_is_found_whatever_the_value_holds) {
  BOOST_TEST(duplicate_key_name("Duplicate entry 'x' for key 'email'") == "email");
  BOOST_TEST(duplicate_key_name("Duplicate entry 'it's for key 'trick'' for key 'account.email'") == "email");
  BOOST_TEST(duplicate_key_name("nothing quoted").empty());
  BOOST_TEST(duplicate_key_name("'").empty());
}

BOOST_AUTO_TEST_CASE(every_error_of_the_client_library_means_that_the_connection_is_gone) {
  for (const int number : {2000, 2002, 2003, 2006, 2013, 2014, 2026, 2030, 2055, 1927, 1053, 1243}) {
    BOOST_TEST((classify(number) == server_error::lost));
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_driver_calls_closed_is_gone) {
  BOOST_TEST((classify(0) == server_error::lost));
}

BOOST_AUTO_TEST_CASE(a_server_short_of_memory_or_disk_is_busy_and_no_bug_of_ours) {
  for (const int number : {1021, 1030, 1037, 1038, 1041, 1114, 1205, 1213})
    BOOST_TEST((classify(number) == server_error::busy));
}

BOOST_AUTO_TEST_CASE(what_the_data_did_is_told_apart) {
  BOOST_TEST((classify(1062) == server_error::duplicate));
  BOOST_TEST((classify(1586) == server_error::duplicate));
  BOOST_TEST((classify(1969) == server_error::statement_time));
  BOOST_TEST((classify(1452) == server_error::broken_reference));
  for (const int number : {1153, 1264, 1366, 1406, 3819, 4025})
    BOOST_TEST((classify(number) == server_error::bad_data));
}

BOOST_AUTO_TEST_CASE(an_unknown_error_is_a_bug) {
  BOOST_TEST((classify(1064) == server_error::bug));
  BOOST_TEST((classify(-1) == server_error::bug));
  BOOST_TEST((classify(9999) == server_error::bug));
}
