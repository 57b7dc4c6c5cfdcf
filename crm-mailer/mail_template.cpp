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
void render(std::string& out, std::string_view source, const template_values& values,
            const template_rows& rows, Append append) {
  for (;;) {
    const auto open = source.find("{{");
    out += source.substr(0, open);
    if (open == std::string_view::npos) return;
    const auto close = source.find("}}", open);
    if (close == std::string_view::npos) throw std::logic_error("mail template: {{ without }}");
    const auto name = source.substr(open + 2, close - open - 2);
    source.remove_prefix(close + 2);
    if (name.starts_with('#')) {
      const auto list = rows.find(name.substr(1));
      const auto end_mark = "{{/" + std::string(name.substr(1)) + "}}";
      const auto end = source.find(end_mark);
      if (list == rows.end() || end == std::string_view::npos)
        throw std::logic_error("mail template: no rows " + std::string(name));
      for (const auto& row : list->second) render(out, source.substr(0, end), row, {}, append);
      source.remove_prefix(end + end_mark.size());
      continue;
    }
    const auto value = values.find(name);
    if (value == values.end()) throw std::logic_error("mail template: no value " + std::string(name));
    append(out, value->second);
  }
}

}  // namespace

std::string render_text(std::string_view source, const template_values& values, const template_rows& rows) {
  std::string out;
  render(out, source, values, rows, append_text);
  return out;
}

std::string render_html(std::string_view source, const template_values& values, const template_rows& rows) {
  std::string out;
  render(out, source, values, rows, append_html);
  return out;
}

}  // namespace mercat::crm_mailer
