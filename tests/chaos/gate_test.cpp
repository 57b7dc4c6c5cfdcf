// The gate cuts where it says: before COMMIT has reached the server, or after it and before its answer.
#include "common/db/connection.hpp"
#include "tests/chaos/gather.hpp"
#include "tests/chaos/stage.hpp"
#include "tests/support/database.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat;
using moment = test::tcp_gate::moment;

namespace {

// A query packet and its text: the connection's settings speak of READ-COMMITTED.
const std::string commit{
    "\x03"
    "COMMIT"};

struct one_row {
  test::scratch_schema schema;
  test::tcp_gate gate{"127.0.0.1", chaos::port_of_mariadb()};
  log::logger quiet{"test", "test", log::level::error};
  db::driver_thread driver;

  one_row() {
    schema.as_root([](db::session& s) { s.execute("CREATE TABLE item (id INT PRIMARY KEY)"); });
  }

  void insert(int id) {
    db::connect_options to;
    to.address = "tcp://127.0.0.1:" + std::to_string(gate.port());
    to.user = e2e::variable("MERCAT_DB_ROOT_USER");
    to.password = e2e::variable("MERCAT_DB_ROOT_PASSWORD");
    to.schema = schema.name();
    db::connection link{to, quiet};
    link.begin(db::unit::transaction, async::deadline::in(std::chrono::seconds{30}));
    link.start();
    link.run_update("INSERT INTO item VALUES (?)", std::vector<db::parameter>{std::int64_t{id}});
    link.commit();
  }

  bool has(int id) {
    bool found = false;
    schema.as_root(
        [&](db::session& s) { found = s.query_one("SELECT 1 FROM item WHERE id = ?", id).has_value(); });
    return found;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_connection_cut_before_commit_changes_nothing, one_row) {
  gate.cut_at(commit, moment::before_server, 1);
  BOOST_CHECK_THROW(insert(1), db::commit_unknown);
  BOOST_TEST(!has(1));
  BOOST_TEST(gate.cuts_made() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_connection_cut_before_the_answer_to_commit_has_changed_something, one_row) {
  gate.cut_at(commit, moment::before_answer, 1);
  BOOST_CHECK_THROW(insert(1), db::commit_unknown);
  BOOST_TEST(test::eventually([&] { return has(1); }));
}

BOOST_FIXTURE_TEST_CASE(only_so_many_connections_are_cut, one_row) {
  gate.cut_at(commit, moment::before_server, 2);
  BOOST_CHECK_THROW(insert(1), db::commit_unknown);
  BOOST_CHECK_THROW(insert(2), db::commit_unknown);
  insert(3);
  BOOST_TEST(has(3));
}
