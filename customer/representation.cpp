#include "customer/representation.hpp"

#include "common/json/document.hpp"
#include "common/rfc3339.hpp"

namespace mercat::customer {

namespace {

void write(json::writer& out, const address& one) {
  out.StartObject();
  out.key("id").Int64(one.id);
  out.key("street").text(one.where.street);
  out.key("city").text(one.where.city);
  out.key("state").text_or_null(one.where.state);
  out.key("postalCode").text(one.where.postal_code);
  out.key("country").text(one.where.country);
  out.EndObject();
}

void write(json::writer& out, const std::vector<address>& all) {
  out.key("addresses");
  out.StartArray();
  for (const auto& each : all) write(out, each);
  out.EndArray();
}

}  // namespace

std::string json_of(const session& opened) {
  json::writer out;
  out.StartObject();
  out.key("id").Int64(opened.account.id);
  out.key("email").text(opened.account.email);
  out.key("name").text_or_null(opened.account.name);
  out.key("role").text(name(opened.account.role));
  out.key("accessToken").text(opened.access_token);
  out.key("refreshToken").text(opened.refresh_token);
  out.key("tokenType").text("Bearer");
  out.key("expiresIn").Int64(opened.expires_in.count());
  out.EndObject();
  return out.take();
}

std::string json_of(const customer_profile& whole) {
  const auto& who = whole.who;
  json::writer out;
  out.StartObject();
  out.key("id").Int64(who.id);
  out.key("email").text(who.email);
  out.key("name").text_or_null(who.name);
  out.key("phone").text_or_null(who.phone);
  out.key("role").text(name(who.role));
  out.key("createdAt").text(rfc3339(who.created_at));
  write(out, whole.addresses);
  out.EndObject();
  return out.take();
}

std::string json_of(const address& one) {
  json::writer out;
  write(out, one);
  return out.take();
}

std::string json_of(const std::vector<address>& all) {
  json::writer out;
  out.StartObject();
  write(out, all);
  out.EndObject();
  return out.take();
}

}  // namespace mercat::customer
