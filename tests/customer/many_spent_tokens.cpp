// A session that was refreshed again and again leaves so many spent tokens that no statement could touch them
// all within its time: whatever ends sessions must end this one like any other. And sessions are not too
// many.
#include "common/sha256.hpp"
#include "common/utc_now.hpp"
#include "customer/refresh_token_store.hpp"
#include "tests/customer/running_customer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace mercat;
using test::http_answer;
using test::running_customer;

namespace {

const std::string ada = "ada@example.org";
const std::string live = "refresh_token WHERE spent_at IS NULL AND revoked_at IS NULL";

struct much_refreshed : running_customer {
  http_answer first = member(ada);
  http_answer second = refresh(first.text("refreshToken"));

  // As after 300,000 refreshes of this session.
  much_refreshed() {
    schema().as_root([this](db::session& s) {
      const auto last = customer::store::find_refresh_token(s, sha256(second.text("refreshToken"))).value();
      s.execute(
          "INSERT INTO refresh_token (token_hash, family, customer_id, issued_at, expires_at, spent_at) "
          "SELECT LPAD(seq, 64, '0'), ?, ?, ?, ?, UTC_TIMESTAMP(6) FROM seq_1_to_300000",
          last.family, last.customer_id, last.issued_at, last.expires_at);
    });
  }
  [[nodiscard]] bool has_ended() const {
    return refresh(second.text("refreshToken")).slug() == "refresh-token-invalid";
  }
  void begin_anew() {
    schema().as_root([this](db::session& s) {
      BOOST_TEST(s.execute("UPDATE refresh_token SET revoked_at = NULL WHERE token_hash = SHA2(?, 256)",
                           second.text("refreshToken")) == 1);
    });
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_session_of_very_many_refreshes_can_be_ended_in_every_way) {
  much_refreshed shop;
  const auto out = shop.log_out(shop.second.text("refreshToken"));
  BOOST_TEST(out.status == 204, out.body);
  BOOST_TEST(shop.has_ended());

  shop.begin_anew();
  const auto again = shop.refresh(shop.first.text("refreshToken"));
  BOOST_TEST(again.slug() == "refresh-token-invalid", again.body);
  BOOST_TEST(shop.has_ended());

  shop.begin_anew();
  const auto token = shop.log_in(ada).text("accessToken");
  const auto changed = shop.call(
      "PUT", "/password", R"({"currentPassword":"correct horse","newPassword":"battery staple"})", token);
  BOOST_TEST(changed.status == 204, changed.body);
  BOOST_TEST(shop.has_ended());

  shop.begin_anew();
  const auto anew = shop.log_in(ada, "battery staple").text("accessToken");
  const auto left = shop.call("DELETE", "/profile", {}, anew);
  BOOST_TEST(left.status == 204, left.body);
  BOOST_TEST(shop.has_ended());
  BOOST_TEST(shop.count(live) == 0);
}

BOOST_AUTO_TEST_CASE(ten_thousand_sessions_end_with_a_new_password_by_one_statement) {
  running_customer shop;
  const auto token = shop.sign_up(ada).text("accessToken");
  const auto updates = [](db::session& s) {
    return s
        .query(
            "SELECT CAST(variable_value AS INT) FROM information_schema.session_status "
            "WHERE variable_name = 'COM_UPDATE'")
        .at(0)
        .integer(0);
  };
  shop.schema().as_root([&](db::session& s) {
    const auto customer = s.query("SELECT customer_id FROM refresh_token").at(0).integer(0);
    s.execute(
        "INSERT INTO refresh_token (token_hash, family, customer_id, issued_at, expires_at) SELECT "
        "LPAD(seq, 64, '0'), seq, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 DAY FROM seq_1_to_10000",
        customer);
    s.execute("START TRANSACTION");
    const auto before = updates(s);
    customer::store::revoke_families_of(s, customer, utc_now());
    BOOST_TEST(updates(s) - before == 1);
    s.execute("ROLLBACK");
  });
  const auto changed = shop.call(
      "PUT", "/password", R"({"currentPassword":"correct horse","newPassword":"battery staple"})", token);
  BOOST_TEST(changed.status == 204, changed.body);
  BOOST_TEST(shop.count(live) == 0);
}

BOOST_AUTO_TEST_CASE(beyond_a_hundred_sessions_the_one_unused_for_longest_ends) {
  running_customer shop;
  const auto first = shop.sign_up(ada);
  const auto second = shop.log_in(ada);
  const auto third = shop.log_in(ada);
  shop.schema().as_root([](db::session& s) {
    s.execute(
        "INSERT INTO refresh_token (token_hash, family, customer_id, issued_at, expires_at) "
        "SELECT LPAD(seq, 64, '0'), seq, customer_id, issued_at, expires_at + INTERVAL 1 HOUR FROM "
        "(SELECT * FROM refresh_token LIMIT 1) AS any_of_them JOIN seq_1_to_97");
  });
  const auto used = shop.refresh(first.text("refreshToken"));
  BOOST_TEST(shop.count(live) == 100);
  BOOST_TEST(shop.log_in(ada).status == 200);
  BOOST_TEST(shop.refresh(second.text("refreshToken")).slug() == "refresh-token-invalid");
  BOOST_TEST(shop.log_in(ada).status == 200);
  BOOST_TEST(shop.refresh(third.text("refreshToken")).slug() == "refresh-token-invalid");
  BOOST_TEST(shop.refresh(used.text("refreshToken")).status == 200);
  BOOST_TEST(shop.count(live) == 100);
}
