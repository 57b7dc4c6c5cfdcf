// Boost.Test's main(): one for all test programs.
#define BOOST_TEST_MODULE mercat
#include <boost/test/unit_test.hpp>
