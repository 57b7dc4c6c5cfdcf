#include "customer/representation.hpp"

#include "common/json/document.hpp"
#include "common/rfc3339.hpp"

namespace mercat::customer {

namespace {

void write_optional(json::writer& out, std::string_view name, const std::optional<std::string>& value) {
  out.key(name);
  if (value) {
    out.text(*value);
  } else {
    out.Null();
  }
}

}  // namespace

std::string json_of(const session& opened) {
  json::writer out;
  out.StartObject();
  out.key("id").Int64(opened.account.id);
  out.key("email").text(opened.account.email);
  write_optional(out, "name", opened.account.name);
  out.key("role").text(name(opened.account.role));
  out.key("accessToken").text(opened.access_token);
  out.key("tokenType").text("Bearer");
  out.key("expiresIn").Int64(opened.expires_in.count());
  out.EndObject();
  return out.take();
}

std::string json_of(const account& who) {
  json::writer out;
  out.StartObject();
  out.key("id").Int64(who.id);
  out.key("email").text(who.email);
  write_optional(out, "name", who.name);
  write_optional(out, "phone", who.phone);
  out.key("role").text(name(who.role));
  out.key("createdAt").text(rfc3339(who.created_at));
  out.key("addresses");
  out.StartArray();
  out.EndArray();
  out.EndObject();
  return out.take();
}

}  // namespace mercat::customer
