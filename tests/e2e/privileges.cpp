// What each service's users may do at MariaDB and RabbitMQ, tried with their own log-ins: nothing that
// belongs to another service, and of their own things only what the service does. Prints the table of tries.
#include "tests/e2e/databases.hpp"
#include "tests/e2e/secret_search.hpp"
#include "tests/e2e/shop.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/broker_user.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>

using namespace mercat::e2e;
using namespace std::chrono_literals;
using mercat::test::broker_user;

namespace {

const std::map<std::string, std::string> schemas{{"customer", "mercat_customer"},
                                                 {"products", "mercat_products"},
                                                 {"shopping", "mercat_shopping"},
                                                 {"crm-mailer", "mercat_crm"}};

// user: who tries what; refusal: empty when he may.
void judge(const std::string& user, const std::string& what, bool allowed, const std::string& refusal) {
  const auto got = refusal.empty() ? "may" : "refused";
  std::cout << "  " << std::left << std::setw(12) << user << std::setw(9) << got << what << '\n';
  if (allowed)
    BOOST_TEST(refusal == "", user << ": " << what);
  else
    BOOST_TEST(
        (refusal.find("denied") != std::string::npos || refusal.find("ACCESS_REFUSED") != std::string::npos),
        user << ", " << what << ": not refused, but: " << refusal);
}

std::string secret(const std::string& name) {
  std::ifstream file(instance_directory() / "secrets" / name);
  std::string value;
  std::getline(file, value);
  BOOST_REQUIRE_MESSAGE(!value.empty(), "no secret " << name);
  return value;
}

// The server's words when it refuses. The password goes by the environment, where only we can read it.
std::string say_to_database(const std::string& user, const std::string& statement) {
  ::setenv("MYSQL_PWD", secret("db-" + user).c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
  const auto line = "mariadb --no-defaults --socket='" + variable("MERCAT_DB_SOCKET") + "' --user=" + user +
                    " --execute=\"" + statement + "\" 2>&1 >/dev/null";
  FILE* pipe = popen(line.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string said;
  std::array<char, 1024> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    said.append(buffer.data(), n);
  return pclose(pipe) == 0 ? std::string{} : said;
}

// Harmless where they are allowed by mistake: nothing that exists is named by what would destroy it.
std::vector<std::string> forbidden_everywhere(const std::string& own) {
  return {"DROP TABLE " + own + ".no_such_table",
          "TRUNCATE TABLE " + own + ".no_such_table",
          "RENAME TABLE " + own + ".no_such_table TO " + own + ".another",
          "CREATE TEMPORARY TABLE " + own + ".tried (a INT)",
          "LOCK TABLES " + own + ".schema_migration READ",
          "CREATE VIEW " + own + ".tried AS SELECT 1",
          "CREATE PROCEDURE " + own + ".tried() SELECT 1",
          "CREATE EVENT " + own + ".tried ON SCHEDULE EVERY 1 DAY DO SELECT 1",
          "GRANT SELECT ON " + own + ".* TO 'products'@'localhost'",
          "SELECT User FROM mysql.global_priv",
          "SHOW GRANTS FOR 'root'@'localhost'",
          "CREATE DATABASE tried",
          "CREATE USER tried",
          "SET GLOBAL max_connections = 200",
          "SELECT 1 INTO OUTFILE '/tmp/mercat-tried'"};
}

broker_user logged_in(const std::string& user, const std::string& password) {
  const auto address = variable("MERCAT_AMQP_URL");
  const auto port = address.substr(address.rfind(':') + 1);
  return broker_user({"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port)), "mercat", user, password});
}

struct broker_rights {
  std::string rpc_queue;  // that it serves
  std::string reads;      // a queue of its own
  std::string publishes;  // the first word of its routing keys
};
const std::map<std::string, broker_rights> brokers{
    {"customer", {"CUSTOMER_RPC", "", "customer"}},
    {"products", {"PRODUCT_RPC", "products.events", "product"}},
    {"shopping", {"", "shopping.events", "order"}},
    {"bff-web", {}},
    {"bff-mobile", {}}};

void try_queues(const std::string& user, const broker_rights& rights, broker_user& self) {
  const auto own = user + "-7.revocations.tried";
  judge(user, "declare " + own, true, self.declare_exclusive_queue(own));
  judge(user, "bind it to customer.sessions-revoked", true,
        self.bind(own, "mercat.events", "customer.sessions-revoked"));
  for (const auto* key :
       {"#", "customer.*", "customer.password-forgotten", "order.created", "product.updated"})
    judge(user, std::string("bind it to ") + key, false, self.bind(own, "mercat.events", key));
  for (const auto* name :
       {"tried", "customer.events", "products.events", "shopping.events", "crm-mailer.events", "CUSTOMER_RPC",
        "PRODUCT_RPC", "another-1.revocations.tried", "amq.gen-tried"})
    if (name != rights.rpc_queue)
      judge(user, std::string("declare ") + name, false, self.declare_exclusive_queue(name));
  judge(user, "declare the exchange tried", false, self.declare_exchange("tried"));
  for (const auto* name :
       {"products.events", "shopping.events", "crm-mailer.events", "crm-mailer.dead", "products.dead",
        "shopping.dead", "mercat.unrouted", "CUSTOMER_RPC", "PRODUCT_RPC"})
    if (name != rights.rpc_queue && name != rights.reads)
      judge(user, std::string("consume ") + name, false, self.consume(name));
}

void try_publishing(const std::string& user, const std::string& first_word, broker_user& self) {
  for (const auto* word : {"customer", "product", "order", "another"})
    judge(user, std::string("publish ") + word + ".tried", word == first_word,
          self.publish("mercat.events", std::string(word) + ".tried"));
  if (user != "products")
    judge(user, "publish order.decided", false, self.publish("mercat.events", "order.decided"));
  for (const auto* exchange : {"mercat.dlx", "mercat.unrouted", "amq.topic", "amq.direct", "amq.fanout"})
    judge(user, std::string("publish to ") + exchange, false, self.publish(exchange, "products.dead"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_database_user_has_its_own_schema_and_takes_nothing_away_there) {
  for (const auto& [user, own] : schemas) {
    judge(user, "SELECT in " + own, true,
          say_to_database(user, "SELECT name FROM " + own + ".schema_migration"));
    for (const auto& [owner, other] : schemas) {
      if (owner == user) continue;
      const auto table = other + ".schema_migration";
      for (const auto& statement :
           {"SELECT name FROM " + table, "INSERT INTO " + table + " (name) VALUES ('tried')",
            "UPDATE " + table + " SET name = 'tried' WHERE name = 'tried'",
            "DELETE FROM " + table + " WHERE name = 'tried'", "CREATE TABLE " + other + ".tried (a INT)"})
        judge(user, statement, false, say_to_database(user, statement));
    }
    for (const auto& statement : forbidden_everywhere(own))
      judge(user, statement, false, say_to_database(user, statement));
  }
}

BOOST_AUTO_TEST_CASE(a_broker_user_has_its_own_queues_and_routing_keys) {
  // Takes what may be published, so that it is not noted as something nobody wanted.
  auto sink = logged_in("admin", secret("amqp-admin"));
  BOOST_REQUIRE_EQUAL(sink.declare_exclusive_queue("privileges.tried"), "");
  BOOST_REQUIRE_EQUAL(sink.bind("privileges.tried", "mercat.events", "*.tried"), "");
  for (const auto& [user, rights] : brokers) {
    auto self = logged_in(user, secret("amqp-" + user));
    try_queues(user, rights, self);
    try_publishing(user, rights.publishes, self);
  }
}

BOOST_AUTO_TEST_CASE(the_database_has_its_temporary_tables_to_itself) {
  databases all;  // in /tmp, the start of any other server would delete them
  BOOST_TEST(all.texts("SELECT @@tmpdir").at(0) == (instance_directory() / "data" / "mariadb-tmp").string());
}

BOOST_AUTO_TEST_CASE(the_mailer_only_reads_its_queues_and_adds_to_its_own_dead_letters) {
  const std::string user = "crm-mailer";
  auto self = logged_in(user, secret("amqp-" + user));
  try_publishing(user, "nothing", self);
  judge(user, "publish to a queue", false, self.publish("", "shopping.events"));
  judge(user, "give a mail up", true, self.publish("crm-mailer.given-up", "tried"));
  const auto broker = mercat::test::broker::of_vhost("mercat");
  BOOST_TEST(
      becomes_true([&] { return !broker.take("crm-mailer.dead").empty(); }, 30s));  // and leave nothing
  for (const auto* name : {"tried", "crm-mailer.events", "crm-mailer-1.revocations.tried"})
    judge(user, std::string("declare ") + name, false, self.declare_exclusive_queue(name));
  for (const auto* name : {"products.events", "shopping.events", "shopping.dead", "CUSTOMER_RPC"})
    judge(user, std::string("consume ") + name, false, self.consume(name));
  judge(user, "bind its queue to #", false, self.bind("crm-mailer.events", "mercat.events", "#"));
}

BOOST_AUTO_TEST_CASE(nobody_logs_in_without_a_password_or_with_anothers) {
  BOOST_CHECK_THROW(logged_in("guest", "guest"), std::runtime_error);
  BOOST_CHECK_THROW(logged_in("customer", ""), std::runtime_error);
  BOOST_CHECK_THROW(logged_in("customer", secret("amqp-products")), std::runtime_error);
}
