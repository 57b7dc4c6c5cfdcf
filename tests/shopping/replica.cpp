// The product replica: every order, loss and repetition of events, and rebuilding while they flow.
#include "common/messaging/consumer.hpp"
#include "shopping/first_build.hpp"
#include "tests/shopping/shopping_of_test.hpp"

#include <algorithm>
#include <mutex>
#include <random>
#include <thread>

using namespace mercat;
using namespace mercat::shopping;
using mercat::test::shopping_of_test;
using messaging::event;

namespace {

// All that can be seen of the replica, a line per row.
using picture = std::vector<std::string>;

std::int64_t cents(const std::string& price) {
  return json::minor_units(json::document::parse(price).root()).value();
}

struct replica_of_test : shopping_of_test {
  std::mt19937 random{7};  // NOLINT: the same in every run

  picture replica() {
    picture rows;
    schema.as_root([&](db::session& s) {
      for (const auto& row :
           s.query("SELECT product_id, version, deleted, price, available, stock_version, on_hand "
                   "FROM product_replica ORDER BY product_id")) {
        auto line = std::to_string(row.integer(0)) + " v" + std::to_string(row.integer(1));
        if (row.boolean(2)) {
          line += " deleted";
        } else {
          for (std::size_t i = 3; i < 7; ++i) line += " " + std::to_string(row.integer(i));
        }
        rows.push_back(line);
      }
    });
    return rows;
  }

  // What the replica has to be.
  picture truth() const {
    std::map<std::int64_t, std::string> rows;
    for (const auto& [id, version] : catalogue.deleted())
      rows[id] = std::to_string(id) + " v" + std::to_string(version) + " deleted";
    for (const auto& [id, p] : catalogue.products())
      rows[id] = std::to_string(id) + " v" + std::to_string(p.version) + " " +
                 std::to_string(cents(p.price)) + " " + (p.available ? "1" : "0") + " " +
                 std::to_string(p.stock_version) + " " + std::to_string(p.on_hand);
    picture lines;
    for (const auto& [id, line] : rows) lines.push_back(line);
    return lines;
  }

  std::int64_t any(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>{least, most}(random);
  }

  event change(std::int64_t id) {
    switch (any(0, 2)) {
      case 0:
        return catalogue.restock(id, any(0, 1000));
      default:
        return catalogue.reprice(id, std::to_string(any(0, 999)) + ".25", any(0, 1) == 1);
    }
  }

  // Every product added, stocked, changed, some deleted.
  std::vector<event> history(std::int64_t count, int changes) {
    std::vector<event> all;
    for (std::int64_t id = 1; id <= count; ++id) {
      all.push_back(catalogue.add(id));
      all.push_back(catalogue.restock(id, id));
    }
    for (int i = 0; i < changes; ++i) all.push_back(change(any(1, count)));
    for (std::int64_t id = 1; id <= count; id += 3) all.push_back(catalogue.remove(id));
    return all;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(any_order_of_events_with_any_repetitions_ends_in_the_truth, replica_of_test) {
  const auto all = history(9, 60);
  for (int round = 0; round < 12; ++round) {
    sql("DELETE FROM product_replica");
    auto heard = all;
    for (std::size_t i = 0; i < all.size() / 2; ++i)
      heard.push_back(all[static_cast<std::size_t>(any(0, static_cast<std::int64_t>(all.size()) - 1))]);
    std::shuffle(heard.begin(), heard.end(), random);
    for (const auto& each : heard) hear(each);
    BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
  }
}

BOOST_FIXTURE_TEST_CASE(events_applied_by_many_at_once_end_in_the_truth, replica_of_test) {
  auto all = history(3, 200);
  std::shuffle(all.begin(), all.end(), random);
  std::vector<std::jthread> consumers;
  std::atomic<int> failures{0};
  for (std::size_t i = 0; i < 8; ++i)
    consumers.emplace_back(test::counting(failures, [&, i] {
      for (auto at = i; at < all.size(); at += 8) hear(all[at]);
    }));
  consumers.clear();
  BOOST_TEST(failures == 0);
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(either_half_may_come_first, replica_of_test) {
  const auto created = catalogue.add(1);
  hear(catalogue.restock(1, 5));
  set(7, 1, 1);
  sql("UPDATE product_replica SET version = 0");
  BOOST_TEST(!view(7)[0].now.has_value(), "a row with its stock half only says nothing about the price");
  hear(created);
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_deleted_product_is_not_brought_back_by_a_late_event, replica_of_test) {
  const auto created = catalogue.add(1);
  const auto updated = catalogue.reprice(1, "3");
  const auto stocked = catalogue.restock(1, 3);
  hear(catalogue.remove(1));
  for (const auto& late : {updated, created, stocked}) hear(late);
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_event_that_cannot_be_read_is_refused_for_good, replica_of_test) {
  for (const auto* type :
       {"product.created", "product.updated", "product.deleted", "product.stock-changed", "customer.deleted"})
    for (const auto* data : {"{}", R"({"product":{"id":1}})", R"({"productId":"1"})", "[]", "x"}) {
      const event bad{uuid_v7(), type, data, ""};
      BOOST_CHECK_EXCEPTION(hear(bad), error, [](const error& e) { return e.kind() == fault::malformed; });
    }
}

BOOST_FIXTURE_TEST_CASE(product_events_reach_the_replica_through_the_broker, replica_of_test) {
  amqp::connection events{broker_loop, broker.options("events"), logger, metrics};
  messaging::consumer consumer{events, database, {event_queue}, event_handlers(), logger, metrics};
  auto all = history(6, 40);
  std::shuffle(all.begin(), all.end(), random);
  for (const auto& each : all) {
    json::writer body;
    body.StartObject();
    body.key("routing_key").text(each.type);
    body.key("payload").text(each.data);
    body.key("payload_encoding").text("string");
    body.key("properties").raw(R"({"message_id":")" + each.id + R"(","type":")" + each.type + "\"}");
    body.EndObject();
    broker.ask("POST", "/exchanges/" + broker.vhost() + "/mercat.events/publish", body.take());
  }
  BOOST_TEST(test::eventually(std::chrono::seconds{30}, [&] { return replica() == truth(); }));
  BOOST_TEST(broker.take("mercat.unrouted").empty());
}

BOOST_FIXTURE_TEST_CASE(a_rebuild_makes_the_replica_from_nothing, replica_of_test) {
  history(500, 300);
  const auto counts = rebuild();
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
  BOOST_TEST(counts.products == catalogue.products().size());
  BOOST_TEST(counts.deleted == catalogue.deleted().size());
  BOOST_TEST(catalogue.pages_asked > 1);
}

BOOST_FIXTURE_TEST_CASE(a_rebuild_repairs_loss_and_corruption_of_every_kind, replica_of_test) {
  history(450, 200);
  rebuild();
  sql("UPDATE product_replica SET price = price + 1 WHERE product_id % 10 = 0");
  sql("UPDATE product_replica SET version = version + 1000, available = NOT available WHERE product_id % 10 "
      "= 1");
  sql("UPDATE product_replica SET stock_version = stock_version + 1000, on_hand = 5 WHERE product_id % 10 = "
      "2");
  sql("UPDATE product_replica SET deleted = NOT deleted WHERE product_id % 10 = 3");
  sql("UPDATE product_replica SET version = 0, stock_version = 0 WHERE product_id % 10 = 4");
  sql("DELETE FROM product_replica WHERE product_id % 10 = 5");
  sql("INSERT INTO product_replica (product_id, version, name) SELECT 100000 + seq, 9, 'unknown' FROM "
      "seq_1_to_2500");
  BOOST_TEST(replica() != truth());
  const auto counts = rebuild();
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
  BOOST_TEST(counts.removed == 2500U);
  BOOST_TEST(rebuild().removed == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_rebuild_while_events_flow_ends_in_the_truth, replica_of_test) {
  for (int round = 0; round < 3; ++round) {
    sql("DELETE FROM product_replica");
    const auto base = round * 10'000;
    for (std::int64_t id = base + 1; id <= base + 600; ++id) catalogue.add(id);
    for (std::int64_t id = base + 1; id <= base + 600; id += 2) hear(catalogue.restock(id, 1));
    sql("UPDATE product_replica SET version = 500, price = 1, stock_version = 500, on_hand = 77 "
        "WHERE product_id % 3 = 0");
    std::atomic<int> failures{0};
    std::vector<event> held;
    std::mutex mutex;
    std::vector<std::jthread> shops;
    for (unsigned shop = 0; shop < 3; ++shop)
      shops.emplace_back(test::counting(failures, [&, shop](const std::stop_token& over) {
        std::mt19937 own{shop};
        std::int64_t fresh = base + 1000 + 1000 * shop;
        while (!over.stop_requested()) {
          const auto id = base + 1 + static_cast<std::int64_t>(own() % 200) * 3 + shop;
          event happened;
          if (own() % 10 == 0) {
            happened = catalogue.add(++fresh);
          } else if (own() % 2 == 0) {
            happened = catalogue.restock(id, static_cast<std::int64_t>(own() % 1000));
          } else {
            happened = catalogue.reprice(id, std::to_string(own() % 1000));
          }
          if (own() % 4 == 0) {
            const std::lock_guard lock(mutex);
            held.push_back(happened);
          } else {
            hear(happened);
            if (own() % 4 == 0) hear(happened);
          }
        }
      }));
    rebuild();
    for (auto& each : shops) each.request_stop();
    shops.clear();
    BOOST_TEST(failures == 0);
    std::shuffle(held.begin(), held.end(), random);
    for (const auto& late : held) hear(late);
    BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
  }
}

BOOST_FIXTURE_TEST_CASE(a_change_that_a_corrupt_version_hid_while_its_page_was_on_its_way_is_not_lost,
                        replica_of_test) {
  hear(catalogue.add(1));
  hear(catalogue.restock(1, 5));
  sql("UPDATE product_replica SET version = 500, stock_version = 500");
  sql("INSERT INTO product_replica (product_id, version) VALUES (2, 500)");
  bool first = true;
  catalogue.after_page_read = [&] {
    if (!std::exchange(first, false)) return;
    for (const auto& hidden : {catalogue.reprice(1, "8"), catalogue.restock(1, 6), catalogue.add(2)})
      database.run_blocking([&](db::session& s) { handlers.at(hidden.type).apply(s, hidden); });
  };
  rebuild();
  BOOST_TEST(catalogue.pages_asked == 2);
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(only_one_builds_at_a_time_and_another_follows, replica_of_test) {
  for (std::int64_t id = 1; id <= 450; ++id) catalogue.add(id);
  replica_build one{database, offers};
  replica_build two{database, offers};
  const auto step = [&](replica_build& build) {
    return test::wait_for(loop, [&] { return build.step(soon()); });
  };
  BOOST_TEST((step(one) == build_state::going_on));
  BOOST_TEST((step(two) == build_state::busy));
  sql("UPDATE replica_build SET held_until = CURRENT_TIMESTAMP(6) - INTERVAL 1 SECOND");
  BOOST_TEST((step(two) == build_state::going_on));
  BOOST_TEST((step(one) == build_state::busy), "its lease was over");
  while (step(two) != build_state::finished) continue;
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
  BOOST_TEST((step(one) == build_state::going_on));
  test::wait_for(loop, [&] { return one.give_up(soon()); });
  BOOST_TEST((step(two) == build_state::going_on));
}

BOOST_FIXTURE_TEST_CASE(a_build_goes_on_where_products_went_away, replica_of_test) {
  for (std::int64_t id = 1; id <= 450; ++id) catalogue.add(id);
  replica_build build{database, offers};
  const auto step = [&] { return test::wait_for(loop, [&] { return build.step(soon()); }); };
  BOOST_TEST((step() == build_state::going_on));
  products_go_away();
  BOOST_CHECK_EXCEPTION(step(), error, test::is_away);
  products_come_back();
  while (step() != build_state::finished) continue;
  BOOST_TEST(catalogue.pages_asked == 3);
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_replica_never_built_is_built_in_the_background_by_one_of_two, replica_of_test) {
  for (std::int64_t id = 1; id <= 450; ++id) catalogue.add(id);
  products_go_away();
  first_build here{database, offers, broker_loop, logger};
  first_build there{database, offers, loop, logger};
  BOOST_TEST(test::throughout(std::chrono::milliseconds{1500}, [&] { return !here.done(); }));
  products_come_back();
  BOOST_TEST(test::eventually(std::chrono::seconds{40}, [&] { return here.done() && there.done(); }));
  BOOST_TEST(replica() == truth(), boost::test_tools::per_element());
  BOOST_TEST(catalogue.pages_asked >= 3);
  here.stop();
  BOOST_TEST(here.idle());
}
