// running_mailer: crm-mailer on a real MariaDB and RabbitMQ, with a mail server that does as a test says.
#pragma once

#include "common/db/migration.hpp"
#include "common/uuid.hpp"
#include "crm-mailer/erasure.hpp"
#include "crm-mailer/messages.hpp"
#include "crm-mailer/migrations.hpp"
#include "crm-mailer/waiting_room.hpp"
#include "tests/crm_mailer/scripted_smtp_server.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/database.hpp"
#include "tests/support/tcp_gate.hpp"

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mercat::test {

struct libcurl {
  libcurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~libcurl() { curl_global_cleanup(); }
};

// crm-mailer as main() puts it together, with a gate before the mail server.
struct running_mailer {
  log::logger logger;
  test::scratch_schema schema;
  test::broker broker{test::topology::shop};
  test::scripted_smtp_server server;
  test::tcp_gate gate;
  metrics::registry metrics;
  crm_mailer::letterhead shop{crm_mailer::mailbox::parse("Mercat <shop@mercat.test>"), "mercat.test",
                              "http://localhost:8080/"};
  db::pool database;
  async::event_loop loop{"events"};
  std::unique_ptr<crm_mailer::smtp_sender> sender;
  std::optional<crm_mailer::mailroom> room;
  std::unique_ptr<amqp::connection> connection;
  std::unique_ptr<crm_mailer::dead_letter_eraser> eraser;
  std::unique_ptr<amqp::publisher> given_up;
  std::unique_ptr<crm_mailer::waiting_room> postponed;
  std::unique_ptr<messaging::consumer> consumer;

  // pause: between two tries of a postponed mail.
  explicit running_mailer(test::scripted_smtp_server::script answers = {},
                          std::chrono::milliseconds give_up_after = std::chrono::hours{1},
                          crm_mailer::eraser_options erasing = {}, log::level least = log::level::error,
                          int log_descriptor = 1,
                          std::chrono::milliseconds pause = std::chrono::milliseconds{50})
      : logger("crm-mailer", "crm-mailer-1", least, log_descriptor),
        server(std::move(answers)),
        gate("127.0.0.1", server.port()),
        database(schema.options(), logger, metrics) {
    db::migrate(database, crm_mailer::migrations(), std::chrono::seconds{10}, logger);
    crm_mailer::smtp_options smtp;
    smtp.url = "smtp://127.0.0.1:" + std::to_string(gate.port());
    smtp.tls = crm_mailer::encryption::never;
    sender = std::make_unique<crm_mailer::smtp_sender>(smtp, logger, metrics);
    room.emplace(
        crm_mailer::mailroom{database, *sender, shop, std::chrono::seconds{2}, give_up_after, pause, pause});
    connection =
        std::make_unique<amqp::connection>(loop, broker.options("crm-mailer-1 events"), logger, metrics);
    eraser = std::make_unique<crm_mailer::dead_letter_eraser>(broker.options("crm-mailer-1 dead letters"),
                                                              erasing, loop, database, logger, metrics);
    given_up = std::make_unique<amqp::publisher>(*connection, "crm-mailer.given-up", "crm-mailer");
    postponed = another_waiting_room();
    consumer = std::make_unique<messaging::consumer>(
        *connection, database, messaging::consumer_options{"crm-mailer.events", crm_mailer::events_at_once},
        crm_mailer::handlers(*room, [this] { eraser->soon(); }), logger, metrics);
  }

  // As another replica has it.
  [[nodiscard]] std::unique_ptr<crm_mailer::waiting_room> another_waiting_room() {
    return std::make_unique<crm_mailer::waiting_room>(*room, *given_up, loop, logger, metrics,
                                                      std::chrono::milliseconds{20});
  }

  void deliver(const std::string& id, const std::string& type, const std::string& data) const {
    broker.put("crm-mailer.events", data,
               R"({"message_id":")" + id + R"(","type":")" + type + R"(","delivery_mode":2})");
  }
  void signed_up(std::int64_t customer, const std::string& email,
                 const std::string& event = uuid_v7()) const {
    deliver(event, "customer.signed-up",
            "{\"customerId\":" + std::to_string(customer) + R"(,"email":")" + email + R"(","name":"Ada"})");
  }
  void deleted(std::int64_t customer) const {
    deliver(uuid_v7(), "customer.deleted", "{\"customerId\":" + std::to_string(customer) + "}");
  }

  // Recipients in the order in which they got their mail.
  [[nodiscard]] std::vector<std::string> recipients() const {
    std::vector<std::string> all;
    for (const auto& each : server.taken()) all.insert(all.end(), each.to.begin(), each.to.end());
    return all;
  }
  [[nodiscard]] std::int64_t count(const std::string& what) {
    std::int64_t rows = -1;
    schema.as_root(
        [&](db::session& s) { rows = s.query("SELECT COUNT(*) FROM " + what).front().integer(0); });
    return rows;
  }
  [[nodiscard]] bool handled(std::int64_t events) {
    return test::eventually([&] { return count("inbox WHERE processed_at IS NOT NULL") >= events; });
  }
};

}  // namespace mercat::test
