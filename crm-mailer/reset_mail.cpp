#include "crm-mailer/reset_mail.hpp"

#include "common/rfc3339.hpp"
#include "crm-mailer/mail_template.hpp"
#include "crm-mailer/templates.hpp"

namespace mercat::crm_mailer {

namespace {

// Behind the #, so that it reaches no server: not in a log of ours, not in a Referer.
std::string link_with(std::string_view token, const letterhead& shop) {
  std::string link = shop.shop_url;
  if (!link.ends_with('/')) link += '/';
  return link.append("reset#").append(token);
}

// "2026-01-31 14:05 UTC"
std::string minute_of(std::chrono::sys_time<std::chrono::microseconds> moment) {
  const auto text = rfc3339(moment);
  return text.substr(0, 10) + ' ' + text.substr(11, 5) + " UTC";
}

}  // namespace

mail reset_mail(const forgetful_customer& who, const letterhead& shop, std::string_view event_id,
                std::chrono::sys_seconds now) {
  const template_values values{
      {"greeting", is_presentable(who.name) ? "Hello " + who.name + "," : "Hello,"},
      {"email", who.email},
      {"link", link_with(who.token, shop)},
      {"token", who.token},
      {"until", minute_of(who.expires_at)},
  };
  mail letter;
  letter.from = shop.from;
  letter.to = who.email;
  letter.message_id = std::string(event_id) + '@' + shop.domain;
  letter.subject = "Choose a new password";
  letter.text = render_text(templates::password_reset_txt, values);
  letter.html = render_html(templates::password_reset_html, values);
  letter.date = now;
  return letter;
}

}  // namespace mercat::crm_mailer
