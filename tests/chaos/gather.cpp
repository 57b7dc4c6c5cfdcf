#include "tests/chaos/gather.hpp"

#include "common/db/connection.hpp"
#include "tests/chaos/stage.hpp"

#include <algorithm>
#include <sstream>

namespace mercat::chaos {

namespace {

const std::vector<std::string> schemas{"mercat_customer", "mercat_products", "mercat_shopping", "mercat_crm"};
const std::vector<std::string> consumers{"shopping", "products", "crm-mailer"};

constexpr std::string_view differences =
    "SELECT CONCAT(p.id, ': products has version ', p.version, ', stock ', s.on_hand, ' (', s.stock_version, "
    "'), the replica ', COALESCE(CONCAT(r.version, ', ', r.on_hand, ' (', r.stock_version, ')'), 'nothing')) "
    "FROM mercat_products.product p JOIN mercat_products.stock s ON s.product_id = p.id "
    "LEFT JOIN mercat_shopping.product_replica r ON r.product_id = p.id "
    "WHERE r.product_id IS NULL OR r.deleted <> 0 OR r.version <> p.version OR r.price <> p.price OR "
    "r.on_hand <> s.on_hand OR r.stock_version <> s.stock_version";

db::connect_options administrator() {
  db::connect_options to;
  to.address = "unix://" + e2e::variable("MERCAT_DB_SOCKET");
  to.user = e2e::variable("MERCAT_DB_ROOT_USER");
  to.password = e2e::variable("MERCAT_DB_ROOT_PASSWORD");
  to.socket_timeout = std::chrono::seconds{60};
  to.statement_limit = std::chrono::milliseconds{0};
  return to;
}

std::map<std::string, std::int64_t> rows_in_outboxes(db::session& s) {
  std::map<std::string, std::int64_t> rows;
  for (const auto& each : schemas)
    rows[each + ".outbox"] = s.query("SELECT COUNT(*) FROM " + each + ".outbox").front().integer(0);
  return rows;
}

std::map<std::string, std::int64_t> messages_in_queues(test::broker& broker) {
  std::map<std::string, std::int64_t> counts;
  const auto listed = json::document::parse(broker.ask("GET", "/queues/" + broker.vhost()));
  for (const auto& each : listed.root().GetArray()) {
    const std::string name{json::text(each, "name").value_or("")};
    if (name.ends_with(".events")) counts[name] = json::integer(each, "messages").value_or(-1);
  }
  return counts;
}

// A shop that takes no orders yet has none.
bool takes_orders(db::session& s) {
  return s.query(
              "SELECT 1 FROM information_schema.tables WHERE (table_schema, table_name) IN "
              "(('mercat_shopping', "
              "'order_key'), ('mercat_products', 'order_decision'))")
             .size() == 2;
}

void gather_orders(db::session& s, std::int64_t first, std::int64_t last, truth& into) {
  for (auto& row : s.query("SELECT id, customer_id, status, COALESCE(reason = 'timeout', 0) FROM "
                           "mercat_shopping.customer_order WHERE customer_id BETWEEN ? AND ?",
                           first, last))
    into.orders[row.text(0)] = {row.integer(1), row.text(2), {}, {}, {}, row.boolean(3)};
  for (auto& row :
       s.query("SELECT l.order_id, l.product_id, l.quantity FROM mercat_shopping.order_line l JOIN "
               "mercat_shopping.customer_order o ON o.id = l.order_id WHERE o.customer_id BETWEEN ? AND ?",
               first, last))
    into.orders[row.text(0)].lines[row.integer(1)] += row.integer(2);
  for (auto& row :
       s.query("SELECT h.order_id, h.status FROM mercat_shopping.order_history h JOIN "
               "mercat_shopping.customer_order o ON o.id = h.order_id WHERE o.customer_id BETWEEN ? AND ? "
               "ORDER BY h.order_id, h.seq",
               first, last))
    into.orders[row.text(0)].history.push_back(row.text(1));
  for (auto& row :
       s.query("SELECT idempotency_key, order_id FROM mercat_shopping.order_key WHERE customer_id BETWEEN "
               "? AND ?",
               first, last)) {
    into.keys.emplace_back(row.text(0), row.text(1));
    into.orders[row.text(1)].key = row.text(0);
  }
  for (auto& row : s.query("SELECT d.order_id, d.status FROM mercat_products.order_decision d"))
    if (into.orders.contains(row.text(0))) into.decisions[row.text(0)] = row.text(1);
}

void gather_stock(db::session& s, const record& told_, truth& into) {
  for (auto& row : s.query("SELECT product_id, on_hand FROM mercat_products.stock"))
    if (told_.opening.contains(row.integer(0))) into.on_hand[row.integer(0)] = row.integer(1);
  for (auto& row : s.query("SELECT product_id, cause, delta, reason FROM mercat_products.stock_movement"))
    if (told_.opening.contains(row.integer(0)))
      into.movements.push_back({row.integer(0), row.text(1), row.integer(2), row.text(3)});
}

void gather_mails(truth& into) {
  std::istringstream lines(e2e::output_of("mail --json"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const auto document = json::document::parse(line);
    const auto get = [&](std::string_view name) {
      return std::string{json::text(document.root(), name).value_or("")};
    };
    into.mails.push_back({get("to"), get("messageId"), get("text")});
  }
}

}  // namespace

void look_into_databases(const std::function<void(db::session&)>& work) {
  const db::driver_thread driver;
  log::logger quiet{"chaos", "chaos", log::level::error};
  db::connection link{administrator(), quiet};
  link.begin(db::unit::read, async::deadline{async::deadline::clock::time_point::max()});
  work(link);
}

std::string unrest(test::broker& broker) {
  std::ostringstream said;
  look_into_databases([&](db::session& s) {
    for (const auto& [name, count] : rows_in_outboxes(s))
      if (count != 0) said << name << ": " << count << "; ";
    if (takes_orders(s)) {
      const auto pending =
          s.query("SELECT COUNT(*) FROM mercat_shopping.customer_order WHERE status = 'PENDING'");
      if (pending.front().integer(0) != 0) said << pending.front().integer(0) << " orders are PENDING; ";
    }
    const auto unequal = s.query(differences).size();
    if (unequal != 0) said << unequal << " products differ in the replica; ";
  });
  for (const auto& [name, count] : messages_in_queues(broker))
    if (count != 0) said << name << ": " << count << "; ";
  return said.str();
}

truth gather(const record& told_, test::broker& broker) {
  truth found;
  const auto [first, last] = std::ranges::minmax(told_.customers, {}, &customer::id);
  look_into_databases([&](db::session& s) {
    if (takes_orders(s)) gather_orders(s, first.id, last.id, found);
    gather_stock(s, told_, found);
    for (auto& row :
         s.query("SELECT customer_id, COUNT(*) FROM mercat_crm.sent_mail WHERE customer_id BETWEEN ? AND ? "
                 "GROUP BY customer_id",
                 first.id, last.id))
      found.mails_sent[row.integer(0)] = static_cast<int>(row.integer(1));
    found.outboxes = rows_in_outboxes(s);
    for (auto& row : s.query(differences)) found.replica_differences.push_back(row.text(0));
  });
  found.queues = messages_in_queues(broker);
  gather_mails(found);
  return found;
}

std::vector<std::string> take_dead_letters(test::broker& broker) {
  std::vector<std::string> all;
  for (const auto& each : consumers)
    for (auto& body : broker.take(each + ".dead", 10'000)) all.push_back(std::move(body));
  return all;
}

}  // namespace mercat::chaos
