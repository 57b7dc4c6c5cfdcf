#include "crm-mailer/welcome.hpp"

#include "crm-mailer/mail_template.hpp"
#include "crm-mailer/templates.hpp"

#include <algorithm>

namespace mercat::crm_mailer {

namespace {
constexpr std::size_t max_presentable_bytes = 120;
}

bool is_presentable(std::string_view name) {
  if (name.empty() || name.size() > max_presentable_bytes) return false;
  if (name.find_first_of("/:@\\<>") != std::string_view::npos) return false;
  // "example.com" is a link to every mail program; "J. R. Hartley" is not.
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1))
    if (dot + 1 < name.size() && name[dot + 1] != ' ') return false;
  return true;
}

mail welcome(const new_customer& who, const letterhead& shop, std::string_view event_id,
             std::chrono::sys_seconds now) {
  const template_values values{
      {"greeting", is_presentable(who.name) ? "Hello " + who.name + "," : "Hello,"},
      {"email", who.email},
      {"shopUrl", shop.shop_url},
  };
  mail letter;
  letter.from = shop.from;
  letter.to = who.email;
  letter.message_id = std::string(event_id) + '@' + shop.domain;
  // Without the name: whoever signs up with a stranger's address must not choose what his list of mails
  // shows.
  letter.subject = "Welcome to Mercat";
  letter.text = render_text(templates::welcome_txt, values);
  letter.html = render_html(templates::welcome_html, values);
  letter.date = now;
  return letter;
}

}  // namespace mercat::crm_mailer
