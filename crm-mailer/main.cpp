#include "common/amqp/publisher.hpp"
#include "common/db/migration.hpp"
#include "common/lifecycle/process.hpp"
#include "common/messaging/consumer.hpp"
#include "crm-mailer/erasure.hpp"
#include "crm-mailer/messages.hpp"
#include "crm-mailer/migrations.hpp"
#include "crm-mailer/settings.hpp"
#include "crm-mailer/waiting_room.hpp"

using namespace mercat;

int main(int argc, char** argv) {
  return lifecycle::run([&] {
    const auto settings = crm_mailer::settings::read(argc, argv);
    lifecycle::process process{settings.process};
    auto& logger = process.logger();
    auto& metrics = process.metrics();

    async::event_loop events_loop{"events"};  // before the pool, whose threads post to it to their end
    db::pool database{settings.database, logger, metrics};
    db::migrate(database, crm_mailer::migrations(), std::chrono::seconds{30}, logger);

    crm_mailer::smtp_sender sender{settings.smtp, logger, metrics};
    const auto& replica = settings.process.replica;
    crm_mailer::dead_letter_eraser eraser{
        settings.broker.named(replica + " dead letters"), {}, events_loop, database, logger, metrics};
    amqp::connection events_connection{events_loop, settings.broker.named(replica + " events"), logger,
                                       metrics};
    const crm_mailer::mailroom room{database, sender, settings.shop, settings.smtp_time_limit,
                                    settings.give_up_after};
    amqp::publisher given_up{events_connection, "crm-mailer.given-up", "crm-mailer"};
    crm_mailer::waiting_room postponed{room, given_up, events_loop, logger, metrics};
    messaging::consumer consumer{events_connection,
                                 database,
                                 {.queue = "crm-mailer.events", .prefetch = crm_mailer::events_at_once},
                                 crm_mailer::handlers(room, [&eraser] { eraser.soon(); }),
                                 logger,
                                 metrics};

    process.depends_on("database", [&] { return database.reachable(); });
    process.depends_on("broker", [&] { return events_connection.up(); });
    process.depends_on("smtp", [&] { return sender.reachable(); });
    process.watch("events", [&] { return events_loop.ticks(); });
    process.on_drain([&] { consumer.stop(); }, [&] { return consumer.idle(); });
    process.on_drain([&] { postponed.stop(); }, [&] { return postponed.idle(); });
    return process.serve();
  });
}
