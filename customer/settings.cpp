#include "customer/settings.hpp"

#include "common/auth/token_settings.hpp"
#include "common/db/pool_settings.hpp"
#include "common/http/server_settings.hpp"
#include "common/number.hpp"
#include "customer/demo_customers.hpp"

namespace mercat::customer {

namespace {

std::size_t customers_to_generate(const std::string& text) {
  const auto count = whole_number<std::int64_t>(text);
  if (!count || *count < 1 || *count > most_demo_customers)
    throw config::invalid("generate needs a number of customers from 1 to " +
                          std::to_string(most_demo_customers) + ", not '" + text + "'");
  return static_cast<std::size_t>(*count);
}

role_change role_to_grant(const std::string& email, const std::string& role_name) {
  const auto address = email_address::try_parse(email);
  if (!address) throw config::invalid("'" + email + "' is no e-mail address");
  for (const auto each : {role::user, role::admin})
    if (name(each) == role_name) return {*address, each};
  throw config::invalid("'" + role_name + "' is no role: there are user and admin");
}

reset_rules declare_resets(config::environment& env, bool production) {
  reset_rules rules;
  rules.lifetime = std::chrono::minutes{env.integer("MERCAT_RESET_TOKEN_MINUTES", 30, 1, 60, "minutes",
                                                    "how long the link for a forgotten password is good")};
  rules.mails_per_hour = env.integer("MERCAT_RESET_MAILS_PER_HOUR", production ? 3 : 1000, 1, 1000, "mails",
                                     "for forgotten passwords, to one address within an hour");
  return rules;
}

delay_rules declare_delays(config::environment& env, bool production) {
  delay_rules rules;
  rules.free_failures = env.integer(
      "MERCAT_LOGIN_FREE_FAILURES", production ? 5 : 100, 1, 1'000'000, "failures",
      "of one account from one network before the first delay, which doubles with each further one");
  rules.longest = std::chrono::seconds{
      env.integer("MERCAT_LOGIN_LONGEST_DELAY", 300, 1, 3600, "seconds", "after the last wrong password")};
  return rules;
}

void read_subcommand(settings& into, const std::vector<std::string>& rest, config::mode mode) {
  if (rest.empty()) return;
  if (rest.size() == 3 && rest[0] == "grant-role") {
    into.change_role = role_to_grant(rest[1], rest[2]);
    return;
  }
  if (rest.size() == 1 && rest[0] == "list-staff") {
    into.list_staff = true;
    return;
  }
  if (rest.size() == 1 && rest[0] == "seed-demo-users") {
    into.seed_demo_users = true;
  } else if (rest.size() == 2 && rest[0] == "generate") {
    into.generate = customers_to_generate(rest[1]);
  } else {
    throw config::invalid("unknown argument '" + rest.back() + "'; see customer --help");
  }
  if (mode != config::mode::development)
    throw config::invalid(rest[0] + " works in MERCAT_MODE=development only: the password is public");
}

}  // namespace

settings settings::read(int argc, char** argv) {
  config::environment env{"customer",
                          "Customer accounts: sign-up, log-in, profile; issues the access tokens"};
  settings read;
  const auto mode = env.run_mode();
  read.process = lifecycle::process_options::declare(env, "customer");
  read.http = http::declare_server(env, read.process.replica);
  read.tokens = auth::declare_tokens(env);
  read.refresh_lifetime = std::chrono::days{env.integer("MERCAT_REFRESH_TOKEN_DAYS", 30, 1, 365, "days",
                                                        "how long an unused refresh token is good")};
  const bool production = mode == config::mode::production;
  read.most_sessions =
      env.integer("MERCAT_SESSIONS_PER_CUSTOMER", production ? 100 : 10'000, 1, 10'000, "sessions",
                  "of one customer; a further log-in ends the one that was not used for longest");
  read.resets = declare_resets(env, production);
  read.delays = declare_delays(env, production);
  read.sign_ups_per_hour = env.integer("MERCAT_SIGN_UPS_PER_HOUR", production ? 3 : 1000, 1, 1000, "sign-ups",
                                       "of one address within an hour, each of which brings it a mail");
  read.hashing.threads = static_cast<std::size_t>(
      env.integer("MERCAT_ARGON2_THREADS", 1, 1, 64, "threads", "password hashing threads, 19 MiB each"));
  read.hashing.max_queued = static_cast<std::size_t>(
      env.integer("MERCAT_ARGON2_QUEUE", 32, 1, 4096, "passwords", "beyond it the answer is 503 at once"));
  read.database = db::declare_pool(env, "mercat_customer");
  read.broker = amqp::declare_broker(env, "customer");
  const auto rest =
      env.finish(argc, argv,
                 "grant-role E R    give the customer with the e-mail address E the role R (user, admin)\n"
                 "list-staff        who has another role than user\n"
                 "seed-demo-users   make the two demo accounts (development mode only), then leave\n"
                 "generate N        make N demo customers (development mode only), then leave");
  read_subcommand(read, rest, mode);
  return read;
}

}  // namespace mercat::customer
