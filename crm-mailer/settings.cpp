#include "crm-mailer/settings.hpp"

#include "common/db/pool_settings.hpp"
#include "common/error.hpp"

namespace mercat::crm_mailer {

namespace {

smtp_options declare_smtp(config::environment& env, bool production) {
  smtp_options smtp;
  smtp.url = env.required_text("MERCAT_SMTP_URL", "smtp://host:port or smtps://host:port");
  smtp.user = env.text("MERCAT_SMTP_USER", "", "log-in at the mail server; empty: none");
  smtp.password =
      env.optional_password("MERCAT_SMTP_PASSWORD", smtp.user, "password of that user").value_or("");
  const auto tls = env.one_of("MERCAT_SMTP_TLS", {"never", "if-offered", "required"},
                              production ? "required" : "if-offered", "STARTTLS on an smtp:// connection");
  smtp.tls = tls == "never"        ? encryption::never
             : tls == "if-offered" ? encryption::if_offered
                                   : encryption::required;
  smtp.connections = static_cast<std::size_t>(
      env.integer("MERCAT_SMTP_CONNECTIONS", 2, 1, 16, "connections", "mails on their way at the same time"));
  return smtp;
}

mailbox parse_sender(const std::string& text) {
  try {
    return mailbox::parse(text);
  } catch (const error&) {
    throw config::invalid("MERCAT_MAIL_FROM must be like \"Mercat <shop@example.org>\"");
  }
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789-.") == std::string_view::npos;
}

}  // namespace

settings settings::read(int argc, char** argv) {
  config::environment env{"crm-mailer", "Sends the shop's e-mails; fed by events, no public API"};
  settings read;
  const bool production = env.run_mode() == config::mode::production;
  read.process = lifecycle::process_options::declare(env, "crm-mailer");
  read.database = db::declare_pool(env, "mercat_crm");
  read.broker = amqp::declare_broker(env, "crm-mailer");
  read.smtp = declare_smtp(env, production);
  read.smtp_time_limit =
      env.milliseconds("MERCAT_SMTP_TIMEOUT_MS", read.smtp_time_limit, "of one attempt to send a mail");
  read.give_up_after =
      env.milliseconds("MERCAT_MAIL_GIVE_UP_MS", read.give_up_after,
                       "for so long a mail that the server postpones (4xx to it) is tried again");
  const auto from = env.text("MERCAT_MAIL_FROM", "Mercat <shop@mercat.test>", "sender of all mails");
  read.shop.domain = env.text("MERCAT_MAIL_DOMAIN", "mercat.test", "right side of Message-ID");
  constexpr auto shop_url_meaning = "where customers find the shop, for links in mails";
  read.shop.shop_url = production ? env.required_text("MERCAT_SHOP_URL", shop_url_meaning)
                                  : env.text("MERCAT_SHOP_URL", "http://localhost:8080/", shop_url_meaning);
  const auto rest = env.finish(argc, argv);
  if (!rest.empty()) throw config::invalid("unknown argument '" + rest[0] + "'; see crm-mailer --help");

  read.shop.from = parse_sender(from);
  if (!is_host_name(read.shop.domain)) throw config::invalid("MERCAT_MAIL_DOMAIN must be a host name");
  if (production && !read.smtp.user.empty() && read.smtp.tls != encryption::required &&
      !read.smtp.url.starts_with("smtps:"))
    throw config::invalid("MERCAT_SMTP_USER needs MERCAT_SMTP_TLS=required: the password would go in clear");
  return read;
}

}  // namespace mercat::crm_mailer
