#include "tests/chaos/stage.hpp"

#include "common/json/document.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace mercat::chaos {

namespace {

using namespace std::chrono_literals;

// A stop of what is stopped already, and the like, is no failure of the run: the next step mends it.
void try_command(const std::string& arguments) {
  const auto code = e2e::command(arguments + " >/dev/null 2>&1");
  if (code != 0) std::fprintf(stderr, "mercat %s: %d\n", arguments.c_str(), code);
}

}  // namespace

std::uint16_t port_of_rabbitmq() {
  const auto url = e2e::variable("MERCAT_AMQP_URL");
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.find(':', url.rfind('@')) + 1)));
}

// The ports of an instance lie in a row (deploy/local).
std::uint16_t port_of_mariadb() {
  return static_cast<std::uint16_t>(port_of_rabbitmq() - 1);
}

stage::stage() {
  for (const auto& each : storing_services)
    databases_[each] = std::make_unique<test::tcp_gate>("127.0.0.1", port_of_mariadb());
  for (const auto& each : services)
    brokers_[each] = std::make_unique<test::tcp_gate>("127.0.0.1", port_of_rabbitmq());
  route_services();
  restart_services();
  for (const auto& each : e2e::replicas()) names_.push_back(each.name);
}

stage::~stage() {
  try {
    heal();
    std::remove(e2e::variable("MERCAT_OVERRIDES").c_str());
    restart_services();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "the services could not be given back as they were: %s\n", failure.what());
  }
}

void stage::route_services() {
  json::writer out;
  out.StartObject();
  for (const auto& each : services) {
    out.key(each).StartObject();
    if (databases_.contains(each)) {
      out.key("MERCAT_DB_SOCKET").text("");
      out.key("MERCAT_DB_HOST").text("127.0.0.1");
      out.key("MERCAT_DB_PORT").text(std::to_string(databases_.at(each)->port()));
    }
    out.key("MERCAT_AMQP_PORT").text(std::to_string(brokers_.at(each)->port()));
    out.EndObject();
  }
  out.EndObject();
  std::ofstream file(e2e::variable("MERCAT_OVERRIDES"));
  file << out.take() << "\n";
  if (!file.flush()) throw std::runtime_error("cannot write " + e2e::variable("MERCAT_OVERRIDES"));
}

// Killed first, because nobody shops yet, and leaving in good order takes five seconds each.
void stage::restart_services() {
  for (const auto& each : services) {
    try_command("stop --now " + each);
    if (e2e::command("restart " + each + " >/dev/null") != 0)
      throw std::runtime_error(each + " did not start with other addresses");
  }
}

pid_t stage::pid_of(const std::string& replica) {
  for (const auto& each : e2e::replicas())
    if (each.name == replica) return each.pid;
  return 0;
}

void stage::kill(const std::string& replica) {
  const auto pid = pid_of(replica);
  if (pid > 0) ::kill(pid, SIGKILL);
}

void stage::freeze(const std::string& replica) {
  const auto pid = pid_of(replica);
  if (pid <= 0) return;
  ::kill(pid, SIGSTOP);
  const std::lock_guard lock(mutex_);
  frozen_[replica] = pid;
}

void stage::thaw(const std::string& replica) {
  const std::lock_guard lock(mutex_);
  const auto found = frozen_.find(replica);
  if (found == frozen_.end()) return;
  ::kill(found->second, SIGCONT);
  frozen_.erase(found);
}

void stage::kill_server(const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    away_.insert(name);
  }
  try_command("stop --now " + name);
}

void stage::start_server(const std::string& name) {
  try_command("start " + name);
  const std::lock_guard lock(mutex_);
  away_.erase(name);
}

void stage::memory_alarm(bool on) {
  const auto line = e2e::variable("MERCAT_RABBITMQCTL") + " set_vm_memory_high_watermark " +
                    (on ? "0.00001" : "absolute 512MiB") + " >/dev/null 2>&1";
  if (std::system(line.c_str()) != 0 && !on)  // NOLINT: a broker that is away starts without an alarm
    std::fprintf(stderr, "the memory alarm could not be ended: is the broker away?\n");
}

void stage::heal() {
  for (const auto* gates : {&databases_, &brokers_})
    for (const auto& [_, gate] : *gates) {
      gate->refuse();
      gate->close();
      gate->pass();
    }
  std::set<std::string> away;
  std::map<std::string, pid_t> frozen;
  {
    const std::lock_guard lock(mutex_);
    away = away_;
    frozen = frozen_;
  }
  for (const auto& [replica, _] : frozen) thaw(replica);
  for (const auto& each : away) start_server(each);
  memory_alarm(false);
  const auto all_well = [] { return e2e::command("status >/dev/null 2>&1") == 0; };
  if (!e2e::becomes_true(all_well, 120s)) {
    (void)e2e::command("status");
    throw std::runtime_error("two minutes after the last fault not every process is ready");
  }
}

}  // namespace mercat::chaos
