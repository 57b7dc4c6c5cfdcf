#include "customer/schemas.hpp"

namespace mercat::customer::schemas {

const json::schema& sign_up() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["email", "password"],
    "properties": {
      "email": {"type": "string", "minLength": 1},
      "password": {"type": "string", "minLength": 8, "maxLength": 128},
      "name": {"type": ["string", "null"]},
      "phone": {"type": ["string", "null"]}
    }
  })");
  return shape;
}

// Nothing more: what does not fit the rules of sign-up is simply nobody's address or password.
const json::schema& log_in() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["email", "password"],
    "properties": {
      "email": {"type": "string"},
      "password": {"type": "string"}
    }
  })");
  return shape;
}

// Any text: one that is no token is answered like one that is not good.
const json::schema& shown_token() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["refreshToken"],
    "properties": {
      "refreshToken": {"type": "string"}
    }
  })");
  return shape;
}

// Any text, as for log-in.
const json::schema& password_forgotten() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["email"],
    "properties": {
      "email": {"type": "string"}
    }
  })");
  return shape;
}

const json::schema& password_reset() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["token", "newPassword"],
    "properties": {
      "token": {"type": "string"},
      "newPassword": {"type": "string", "minLength": 8, "maxLength": 128}
    }
  })");
  return shape;
}

const json::schema& profile_change() {
  static const json::schema shape(R"({
    "type": "object",
    "properties": {
      "name": {"type": ["string", "null"]},
      "phone": {"type": ["string", "null"]}
    }
  })");
  return shape;
}

const json::schema& password_change() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["currentPassword", "newPassword"],
    "properties": {
      "currentPassword": {"type": "string"},
      "newPassword": {"type": "string", "minLength": 8, "maxLength": 128}
    }
  })");
  return shape;
}

const json::schema& address() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["street", "city", "postalCode", "country"],
    "properties": {
      "street": {"type": "string"},
      "city": {"type": "string"},
      "state": {"type": ["string", "null"]},
      "postalCode": {"type": "string"},
      "country": {"type": "string"}
    }
  })");
  return shape;
}

}  // namespace mercat::customer::schemas
