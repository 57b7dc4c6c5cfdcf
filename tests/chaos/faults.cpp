#include "tests/chaos/faults.hpp"

#include "common/uuid.hpp"

#include <stdexcept>

namespace mercat::chaos {

namespace {

using namespace std::chrono_literals;
using random = std::mt19937_64;
using std::chrono::milliseconds;

const std::string commit{
    "\x03"
    "COMMIT"};

// Those that write during a run; customer does at its beginning.
const std::vector<std::string> writing_services{"products", "shopping", "products", "shopping", "crm-mailer"};

milliseconds between(random& luck, milliseconds least, milliseconds most) {
  return least +
         milliseconds{static_cast<long>(luck() % static_cast<unsigned long>((most - least).count() + 1))};
}

const std::string& one_of(const std::vector<std::string>& list, random& luck) {
  return list[luck() % list.size()];
}

void kill_of(const std::string& service, scene& in, random& luck) {
  std::vector<std::string> replicas;
  for (const auto& each : in.where.replica_names())
    if (each.starts_with(service + "-") && each.size() == service.size() + 2) replicas.push_back(each);
  in.where.kill(one_of(replicas, luck));
  in.time.wait(between(luck, 200ms, 3000ms));
}

void away(const std::string& server, scene& in, random& luck) {
  const auto time = between(luck, 0ms, 4000ms);
  in.where.kill_server(server);
  in.time.wait(time);
  in.where.start_server(server);
}

void pause_of_ten_seconds(scene& in, random& luck) {
  const auto& replica = one_of(in.where.replica_names(), luck);
  in.where.freeze(replica);
  in.time.wait(10s);
  in.where.thaw(replica);
}

void alarm(scene& in, random& luck) {
  const auto time = between(luck, 2000ms, 8000ms);
  in.where.memory_alarm(true);
  in.time.wait(time);
  in.where.memory_alarm(false);
}

using gate_of = test::tcp_gate& (stage::*)(const std::string&);
using misbehave = void (*)(test::tcp_gate&, random&);

// A connection that lost bytes must not live on, as none does on a network.
fault through_gate(std::string name, const std::vector<std::string>& whose, gate_of gate, misbehave how,
                   milliseconds least, milliseconds most) {
  return {std::move(name), lane::network, [=, &whose](scene& in, random& luck) {
            auto& chosen = (in.where.*gate)(one_of(whose, luck));
            const auto time = between(luck, least, most);
            how(chosen, luck);
            in.time.wait(time);
            in.note("connections cut at COMMIT", static_cast<std::size_t>(chosen.cuts_made()));
            chosen.refuse();
            chosen.close();
            chosen.pass();
          }};
}

void drops(test::tcp_gate& gate, random&) {
  gate.drop();
}
void delays(test::tcp_gate& gate, random& luck) {
  gate.delay(between(luck, 20ms, 400ms));
}
void refuses(test::tcp_gate& gate, random&) {
  gate.refuse();
  gate.close();
}
void cuts(test::tcp_gate& gate, random& luck) {
  gate.cut_after(50 + luck() % 5000);
}
void cuts_before_commit(test::tcp_gate& gate, random& luck) {
  gate.cut_at(commit, test::tcp_gate::moment::before_server, 1 + static_cast<int>(luck() % 6));
}
void cuts_after_commit(test::tcp_gate& gate, random& luck) {
  gate.cut_at(commit, test::tcp_gate::moment::before_answer, 1 + static_cast<int>(luck() % 6));
}

std::vector<fault> process_faults() {
  std::vector<fault> made;
  for (const auto& each : services)
    made.push_back(
        {"kill -9 " + each, lane::processes, [each](scene& in, random& luck) { kill_of(each, in, luck); }});
  for (const char* each : {"mariadb", "rabbitmq"})
    made.push_back({std::string{"kill -9 "} + each, lane::processes,
                    [each](scene& in, random& luck) { away(each, in, luck); }});
  made.push_back({"pause of 10 s", lane::processes, pause_of_ten_seconds});
  made.push_back({"memory alarm", lane::processes, alarm});
  return made;
}

std::vector<fault> gate_faults() {
  const auto db = &stage::database_of;
  const auto mq = &stage::broker_of;
  return {
      through_gate("MariaDB dropped", storing_services, db, drops, 1s, 6s),
      through_gate("MariaDB delayed", storing_services, db, delays, 2s, 6s),
      through_gate("MariaDB refused", storing_services, db, refuses, 500ms, 4s),
      through_gate("MariaDB cut after N bytes", storing_services, db, cuts, 1s, 5s),
      through_gate("cut before COMMIT", writing_services, db, cuts_before_commit, 1s, 3s),
      through_gate("cut after COMMIT", writing_services, db, cuts_after_commit, 1s, 3s),
      through_gate("RabbitMQ dropped", services, mq, drops, 1s, 12s),
      through_gate("RabbitMQ delayed", services, mq, delays, 2s, 6s),
      through_gate("RabbitMQ refused", services, mq, refuses, 500ms, 4s),
      through_gate("RabbitMQ cut after N bytes", services, mq, cuts, 1s, 5s),
  };
}

std::vector<fault> message_faults() {
  static const std::vector<std::string> consumers{"products", "shopping", "crm-mailer"};
  return {
      {"AMQP connections closed", lane::network,
       [](scene& in, random&) {
         in.note("AMQP connections closed", in.events.close_connections());
         in.time.wait(1s);
       }},
      {"events repeated", lane::network,
       [](scene& in, random& luck) {
         in.note("events repeated", in.events.repeat(luck));
         in.time.wait(500ms);
       }},
      {"events reordered", lane::network,
       [](scene& in, random& luck) {
         const auto queue = one_of(consumers, luck) + ".events";
         const auto time = between(luck, 1000ms, 3000ms);
         in.note("events held back and reordered", in.events.reorder(queue, [&] { in.time.wait(time); }));
       }},
      {"poison", lane::network,
       [](scene& in, random& luck) {
         for (const auto& each : consumers) {
           const auto mark = "poison-" + uuid_v7();
           in.who.remember_poison(mark, false);
           in.events.poison(each, mark, luck);
           in.who.remember_poison(mark, true);
         }
         in.time.wait(500ms);
       }},
  };
}

std::vector<fault> put_together() {
  auto all = process_faults();
  for (auto make : {gate_faults, message_faults})
    for (auto& each : make()) all.push_back(std::move(each));
  return all;
}

}  // namespace

void patience::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return over_; });
}

void patience::end() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

bool patience::ended() {
  const std::lock_guard lock(mutex_);
  return over_;
}

const std::vector<fault>& all_faults() {
  static const auto all = put_together();
  return all;
}

const fault& fault_called(const std::string& name) {
  for (const auto& each : all_faults())
    if (each.name == name) return each;
  throw std::runtime_error("no fault is called " + name);
}

}  // namespace mercat::chaos
