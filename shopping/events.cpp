#include "shopping/events.hpp"

#include "common/error.hpp"
#include "shopping/order_moves.hpp"
#include "shopping/replica_store.hpp"
#include "shopping/store.hpp"

namespace mercat::shopping {

namespace {

error invalid(const messaging::event& what) {
  return {fault::malformed, "invalid-event", what.type + " without what it must have"};
}

std::int64_t required(const json::value& data, std::string_view name, const messaging::event& of) {
  const auto number = json::integer(data, name);
  if (!number) throw invalid(of);
  return *number;
}

offer required_product(const json::value& data, const messaging::event& of) {
  const auto* product = json::member(data, "product");
  auto read = product != nullptr ? read_offer(*product) : std::nullopt;
  if (!read) throw invalid(of);
  return std::move(*read);
}

offer required_product(const messaging::event& of) {
  const auto data = json::document::parse(of.data);
  return required_product(data.root(), of);
}

// customer.deleted
struct customer_deleted {
  customer_id customer;

  static customer_deleted read(const messaging::event& from) {
    const auto data = json::document::parse(from.data);
    return {required(data.root(), "customerId", from)};
  }
};

void forget_customer(db::session& s, const messaging::event& happened) {
  store::forget_customer(s, customer_deleted::read(happened).customer);
}

// product.created: its quantity is the first stock, of version 1. A first stock of nothing has no event of
// its own.
struct product_created {
  offer product;
  stock_level first;

  static product_created read(const messaging::event& from) {
    const auto data = json::document::parse(from.data);
    auto product = required_product(data.root(), from);
    const stock_level first{product.id, required(*json::member(data.root(), "product"), "quantity", from), 1};
    return {std::move(product), first};
  }
};

void add_product(db::session& s, const messaging::event& happened) {
  const auto created = product_created::read(happened);
  store::apply_text(s, created.product, false);
  store::apply_stock(s, created.first);
}

// product.updated
struct product_updated {
  offer product;

  static product_updated read(const messaging::event& from) { return {required_product(from)}; }
};

void update_product(db::session& s, const messaging::event& happened) {
  store::apply_text(s, product_updated::read(happened).product, false);
}

// product.deleted: its last state, with a version above it
struct product_deleted {
  offer last;

  static product_deleted read(const messaging::event& from) { return {required_product(from)}; }
};

void bury_product(db::session& s, const messaging::event& happened) {
  store::apply_text(s, product_deleted::read(happened).last, true);
}

// product.stock-changed
struct stock_changed {
  stock_level now;

  static stock_changed read(const messaging::event& from) {
    const auto data = json::document::parse(from.data);
    return {{required(data.root(), "productId", from), required(data.root(), "onHand", from),
             required(data.root(), "stockVersion", from)}};
  }
};

void update_stock(db::session& s, const messaging::event& happened) {
  store::apply_stock(s, stock_changed::read(happened).now);
}

// order.decided: by the table of legal moves; what comes late or again changes nothing.
void decide_order(db::session& s, const messaging::event& happened) {
  apply(s, order_decided::read(happened), happened.traceparent);
}

}  // namespace

std::map<std::string, messaging::event_handler> event_handlers() {
  return {
      {"customer.deleted", {forget_customer, {}}},   {"product.created", {add_product, {}}},
      {"product.updated", {update_product, {}}},     {"product.deleted", {bury_product, {}}},
      {"product.stock-changed", {update_stock, {}}}, {"order.decided", {decide_order, {}}},
  };
}

}  // namespace mercat::shopping
