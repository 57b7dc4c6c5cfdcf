#include "products/product_form.hpp"

#include "common/error.hpp"
#include "common/utf8.hpp"

#include <algorithm>
#include <utility>

namespace mercat::products {

namespace {

enum class line_breaks { refused, allowed };

bool has_control(std::string_view text, line_breaks breaks) {
  while (!text.empty()) {
    const auto point = take_code_point(text);
    const bool allowed =
        breaks == line_breaks::allowed && (point == U'\n' || point == U'\r' || point == U'\t');
    if (is_control(point) && !allowed) return true;
  }
  return false;
}

bool is_sku(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

// Reads members and collects what is wrong with them.
class reader {
 public:
  explicit reader(const json::value& body) : body_(body) {}

  // A text that must be there and show something.
  std::string required(std::string_view name) {
    auto given = optional(name, "");
    if (is_blank(given)) refuse(name, "must not be blank");
    return given;
  }
  std::string optional(std::string_view name, std::string_view otherwise,
                       line_breaks breaks = line_breaks::refused) {
    std::string given{json::text(body_, name).value_or(otherwise)};
    if (has_control(given, breaks)) refuse(name, "must not have control characters");
    return given;
  }
  std::string sku() {
    std::string given{json::text(body_, "sku").value_or("")};
    if (!is_sku(given)) refuse("sku", "must be visible ASCII characters without white space");
    return given;
  }
  money price() {
    const auto* given = json::member(body_, "price");
    const auto amount = given != nullptr ? json::minor_units(*given) : std::nullopt;
    if (!amount) refuse("price", "must have at most two decimals");
    return {amount.value_or(0)};
  }
  void check_currency(std::string_view shops) {
    const auto given = json::text(body_, "currency");
    if (given && *given != shops) refuse("currency", "must be " + std::string(shops) + ", the shop's");
  }
  void refuse(std::string_view name, std::string detail) {
    found_.push_back({"/" + std::string(name), std::move(detail)});
  }
  void done() {
    if (found_.empty()) return;
    const auto detail = found_.front().pointer.substr(1) + " " + found_.front().detail;
    throw error(fault::malformed, "invalid-body", detail).with(std::move(found_));
  }

 private:
  const json::value& body_;
  std::vector<violation> found_;
};

// All but stock and version.
product read_description(const json::value& body, std::string_view currency) {
  reader from(body);
  product item;
  item.sku = from.sku();
  item.name = from.required("name");
  item.type = from.required("type");
  item.price = from.price();
  item.description = from.optional("description", "", line_breaks::allowed);
  item.unit = from.optional("unit", "1");
  item.supplier = from.optional("supplier", "");
  item.banner = from.optional("banner", "");
  item.available = json::boolean(body, "available").value_or(true);
  from.check_currency(currency);
  from.done();
  return item;
}

}  // namespace

product read_new_product(const json::value& body, std::string_view currency) {
  auto item = read_description(body, currency);
  item.quantity = json::integer(body, "quantity").value_or(0);
  return item;
}

product read_changed_product(const json::value& body, std::string_view currency) {
  auto item = read_description(body, currency);
  item.version = json::integer(body, "version").value_or(0);
  return item;
}

stock_adjustment read_stock_adjustment(const json::value& body) {
  reader from(body);
  stock_adjustment wanted;
  wanted.reason = from.required("reason");
  wanted.delta = json::integer(body, "delta").value_or(0);
  if (wanted.delta == 0) from.refuse("delta", "must not be 0");
  from.done();
  return wanted;
}

}  // namespace mercat::products
