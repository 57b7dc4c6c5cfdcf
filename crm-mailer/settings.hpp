// The settings of crm-mailer: MERCAT_* variables, see `crm-mailer --help`.
#pragma once

#include "common/amqp/connection_settings.hpp"
#include "common/db/pool.hpp"
#include "common/lifecycle/process.hpp"
#include "crm-mailer/smtp_sender.hpp"
#include "crm-mailer/welcome.hpp"

#include <chrono>

namespace mercat::crm_mailer {

struct settings {
  lifecycle::process_options process;
  db::pool_options database;
  amqp::broker_options broker;
  smtp_options smtp;
  std::chrono::milliseconds smtp_time_limit{10'000};
  std::chrono::milliseconds give_up_after{std::chrono::hours{12}};
  letterhead shop;

  // Throws config::invalid.
  static settings read(int argc, char** argv);
};

}  // namespace mercat::crm_mailer
