// Mail templates: text with {{name}} in it, and parts {{#rows}}…{{/rows}} that are there once for each row,
// with that row's values. A template that names an unknown value or rows, or a `{{` without its `}}`, is our
// bug: std::logic_error.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::crm_mailer {

using template_values = std::map<std::string, std::string, std::less<>>;
using template_rows = std::map<std::string, std::vector<template_values>, std::less<>>;

// Control characters in values become spaces.
[[nodiscard]] std::string render_text(std::string_view source, const template_values& values,
                                      const template_rows& rows = {});
// The same, and & < > " ' in values become character references: a value is never markup.
[[nodiscard]] std::string render_html(std::string_view source, const template_values& values,
                                      const template_rows& rows = {});

}  // namespace mercat::crm_mailer
