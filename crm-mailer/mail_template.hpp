// Mail templates: text with {{name}} in it. A template that names an unknown value, or a `{{` without its
// `}}`, is our bug: std::logic_error.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace mercat::crm_mailer {

using template_values = std::map<std::string, std::string, std::less<>>;

// Control characters in values become spaces.
[[nodiscard]] std::string render_text(std::string_view source, const template_values& values);
// The same, and & < > " ' in values become character references: a value is never markup.
[[nodiscard]] std::string render_html(std::string_view source, const template_values& values);

}  // namespace mercat::crm_mailer
