// main() of every test program. Written out, because Boost.Test's own one comes from a macro that must be
// defined before its header, which is precompiled here.
#include <boost/test/unit_test.hpp>

int main(int argc, char** argv) {
  return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
