#include "crm-mailer/mail_template.hpp"

#include <stdexcept>

namespace mercat::crm_mailer {

namespace {

void append_text(std::string& out, std::string_view value) {
  for (const char c : value) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}

void append_html(std::string& out, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        append_text(out, {&c, 1});
    }
  }
}

template <class Append>
std::string render(std::string_view source, const template_values& values, Append append) {
  std::string out;
  for (;;) {
    const auto open = source.find("{{");
    out += source.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = source.find("}}", open);
    if (close == std::string_view::npos) throw std::logic_error("mail template: {{ without }}");
    const auto name = source.substr(open + 2, close - open - 2);
    const auto value = values.find(name);
    if (value == values.end()) throw std::logic_error("mail template: no value " + std::string(name));
    append(out, value->second);
    source.remove_prefix(close + 2);
  }
}

}  // namespace

std::string render_text(std::string_view source, const template_values& values) {
  return render(source, values, append_text);
}

std::string render_html(std::string_view source, const template_values& values) {
  return render(source, values, append_html);
}

}  // namespace mercat::crm_mailer
