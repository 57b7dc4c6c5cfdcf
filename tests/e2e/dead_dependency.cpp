// RabbitMQ, then MariaDB, killed and away for a while: answers in time meanwhile, everything works again by
// itself, nothing is lost.
#include "tests/e2e/databases.hpp"
#include "tests/e2e/steady_load.hpp"

#include <boost/test/unit_test.hpp>

using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

std::chrono::seconds outage() {
  return run_everything() ? 30s : 8s;
}

// Away for as long as it lives: killed, and not brought back by the supervisor.
class dead {
 public:
  explicit dead(std::string program) : program_(std::move(program)) {
    BOOST_REQUIRE_EQUAL(command("stop --now " + program_), 0);
  }
  dead(const dead&) = delete;
  dead& operator=(const dead&) = delete;
  ~dead() { BOOST_TEST(command("start " + program_) == 0); }

 private:
  std::string program_;
};

// An answer in time: a success or an honest "not now".
bool is_in_time(const answer& received) {
  const bool answered =
      (received.status >= 200 && received.status < 300) || received.status == 503 || received.status == 504;
  return answered && received.took < 8s;
}

std::string pids() {
  std::string all;
  for (const auto& each : replicas()) all += each.name + "=" + std::to_string(each.pid) + " ";
  return all;
}

bool everything_works(browser& device, const account& customer) {
  device.log_in_as(customer.token);
  return device.get("/api/products?limit=1").status == 200 && device.get("/api/profile").status == 200 &&
         device.post("/api/cart", R"({"productId":1,"quantity":1})").status == 200 &&
         device.get("/api/cart").status == 200;
}

// Promised within 5 s of the server's return: a busy machine gets some more for the requests themselves.
bool soon_works_again(browser& device, const account& customer) {
  const auto begin = std::chrono::steady_clock::now();
  const bool works = becomes_true([&] { return everything_works(device, customer); }, 8s);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  BOOST_TEST_MESSAGE((works ? "everything works again after " : "something does not work after ")
                     << took.count() << " ms");
  return works;
}

void wait_for_the_end_of_the_outage(const std::function<void()>& meanwhile) {
  const auto until = std::chrono::steady_clock::now() + outage();
  while (std::chrono::steady_clock::now() < until) meanwhile();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_dead_broker_costs_no_sign_up_no_mail_and_no_restart) {
  browser device(url());
  const auto customer = sign_up(device);
  const auto before = pids();
  steady_load load(4, mixed_shopping(), is_in_time);
  std::vector<account> signed_up_meanwhile;
  {
    const dead broker("rabbitmq");
    wait_for_the_end_of_the_outage([&] {
      if (signed_up_meanwhile.size() < 5) signed_up_meanwhile.push_back(sign_up(device));
      BOOST_TEST(device.get("/api/products?limit=1").status == 200);
    });
  }
  BOOST_TEST(soon_works_again(device, customer));
  for (const auto& each : signed_up_meanwhile) {
    BOOST_TEST(becomes_true([&] { return !mails_to(each.email).empty(); }, 30s), each.email);
    BOOST_TEST(mails_to(each.email).size() == 1U);
  }
  const auto report = load.finish();
  BOOST_TEST_MESSAGE(to_text(report));
  BOOST_TEST(report.unwanted == 0, to_text(report));
  BOOST_TEST(pids() == before);
}

BOOST_AUTO_TEST_CASE(a_dead_database_is_answered_in_time_and_forgotten_soon_after) {
  browser device(url());
  const auto customer = sign_up(device);
  const auto before = pids();
  steady_load load(4, mixed_shopping(), is_in_time);
  {
    const dead database("mariadb");
    wait_for_the_end_of_the_outage([&] {
      const auto received = device.get("/api/products?limit=1");
      BOOST_TEST(is_in_time(received), received.status << " " << received.failure);
      BOOST_TEST(device.get("/status").status == 200);
    });
  }
  BOOST_TEST(soon_works_again(device, customer));
  const auto after = sign_up(device);
  BOOST_TEST(becomes_true([&] { return mails_to(after.email).size() == 1; }, 20s));
  const auto report = load.finish();
  BOOST_TEST_MESSAGE(to_text(report));
  BOOST_TEST(report.unwanted == 0, to_text(report));
  BOOST_TEST(pids() == before);
}

BOOST_AUTO_TEST_CASE(a_deletion_made_while_shopping_is_stopped_empties_the_cart_when_it_starts) {
  browser device(url());
  const auto customer = sign_up(device);
  device.log_in_as(customer.token);
  BOOST_REQUIRE_EQUAL(device.post("/api/cart", R"({"productId":1,"quantity":1})").status, 200);
  BOOST_REQUIRE_EQUAL(command("stop shopping"), 0);
  BOOST_TEST(device.del("/api/profile").status == 204);
  BOOST_TEST(command("start shopping") == 0);
  databases all;
  const auto lines =
      "SELECT COUNT(*) FROM mercat_shopping.cart_line WHERE customer_id = " + std::to_string(customer.id);
  BOOST_TEST(becomes_true([&] { return all.number(lines) == 0; }, 20s));
  BOOST_TEST(device.get("/api/cart").status == 401);
}
