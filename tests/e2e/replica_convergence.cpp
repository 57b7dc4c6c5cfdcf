// shopping's product replica: 5,000 changes of products while the broker is killed at random; when it is
// quiet, the replica says what products says.
#include "common/db/pool.hpp"
#include "common/uuid.hpp"
#include "tests/e2e/databases.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <random>
#include <thread>

using namespace mercat;
using namespace mercat::e2e;
using namespace std::chrono_literals;

namespace {

constexpr int changes = 5000;
constexpr int editors = 4;
constexpr int products_per_editor = 40;
constexpr int kills = 5;

struct progress {
  std::atomic<int> begun{0};    // changes
  std::atomic<int> allowed{0};  // until the next kill
  std::atomic<bool> failed{false};
};

const std::string theirs =
    "SELECT CONCAT_WS('|', p.id, p.version, HEX(p.name), HEX(p.banner), p.price, p.available, "
    "s.stock_version, "
    "s.on_hand) FROM mercat_products.product p JOIN mercat_products.stock s ON s.product_id = p.id ORDER BY "
    "p.id";
const std::string ours =
    "SELECT CONCAT_WS('|', product_id, version, HEX(name), HEX(banner), price, available, stock_version, "
    "on_hand) "
    "FROM mercat_shopping.product_replica WHERE deleted = 0 ORDER BY product_id";

// Changes products of its own until all changes are made.
void edit(progress& so_far, unsigned seed) {
  std::mt19937 random(seed);
  auto admin = staff();
  std::vector<product> own;
  const auto create = [&] {
    own.push_back(create_product(admin.device, R"(,"quantity":)" + std::to_string(random() % 50)));
  };
  for (;;) {
    const int mine = so_far.begun++;
    if (mine >= changes) break;
    if (!becomes_true([&] { return mine < so_far.allowed || so_far.failed; }, 120s) || so_far.failed) break;
    if (own.size() < products_per_editor) {
      create();
    } else {
      auto& chosen = own[random() % own.size()];
      const auto path = "/api/products/" + std::to_string(chosen.id);
      answer received;
      switch (random() % 10) {
        case 0:
          received = admin.device.del(path);
          chosen = own.back();
          own.pop_back();
          break;
        case 1:
        case 2:
        case 3:
          received = admin.device.post(path + "/stock", R"({"delta":1,"reason":"found one"})");
          break;
        default:
          received =
              admin.device.send("PUT", path,
                                R"({"sku":")" + chosen.sku + R"(","name":"Lamp )" + std::to_string(random()) +
                                    R"(","type":"Tests","price":)" + std::to_string(random() % 1000) +
                                    R"(,"available":)" + (random() % 2 == 0 ? "true" : "false") +
                                    R"(,"version":)" + std::to_string(chosen.version) + "}");
          ++chosen.version;
      }
      if (received.status >= 300) throw std::runtime_error(std::to_string(received.status) + received.body);
    }
  }
  for (const auto& each : own) (void)admin.device.del("/api/products/" + std::to_string(each.id));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_replica_equals_products_after_5000_changes_and_killed_brokers) {
  const auto seed = static_cast<unsigned>(std::random_device{}());
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  progress so_far;
  std::vector<std::exception_ptr> failures(editors);
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < editors; ++i)
      threads.emplace_back([&, i] {
        try {
          edit(so_far, seed + i);
        } catch (...) {
          failures[i] = std::current_exception();
          so_far.failed = true;
        }
      });
    // In each part of the changes the broker is killed at a random one; the others of the part go on without
    // it.
    for (int kill = 0; kill < kills && !so_far.failed; ++kill) {
      const int at = so_far.allowed + static_cast<int>(random() % (changes / kills));
      so_far.allowed += changes / kills;
      (void)becomes_true([&] { return so_far.begun >= at || so_far.failed; }, 120s);
      BOOST_TEST(command("stop --now rabbitmq") == 0);
      BOOST_TEST(command("start rabbitmq") == 0);
    }
    so_far.allowed = changes;
  }
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
  BOOST_TEST_MESSAGE(changes << " changes, the broker was killed " << kills << " times");
  databases all;
  const auto quiet_since = std::chrono::steady_clock::now();
  const bool equal = becomes_true([&] { return all.texts(theirs) == all.texts(ours); }, 60s);
  const auto took = std::chrono::steady_clock::now() - quiet_since;
  BOOST_TEST_MESSAGE("equal after " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
                                    << " ms of quiet");
  BOOST_TEST(equal, "first differences are in mercat_products.product and mercat_shopping.product_replica");
}

BOOST_AUTO_TEST_CASE(a_replica_that_lost_and_spoiled_rows_is_rebuilt_by_one_command) {
  databases all;
  BOOST_REQUIRE(becomes_true([&] { return all.texts(theirs) == all.texts(ours); }, 60s));
  for (const auto* damage :
       {"DELETE FROM mercat_shopping.product_replica WHERE product_id % 3 = 0",
        "UPDATE mercat_shopping.product_replica SET price = price + 1, version = version + 100, "
        "text_at = '2020-01-01' WHERE product_id % 3 = 1"})
    all.execute(damage);
  BOOST_TEST((all.texts(theirs) != all.texts(ours)));
  BOOST_TEST(command("rebuild-replica") == 0);
  BOOST_TEST((all.texts(theirs) == all.texts(ours)));
}
