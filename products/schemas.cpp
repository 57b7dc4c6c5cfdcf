#include "products/schemas.hpp"

namespace mercat::products::schemas {

const json::schema& new_product() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["sku", "name", "type", "price"],
    "properties": {
      "sku": {"type": "string", "minLength": 1, "maxLength": 32},
      "name": {"type": "string", "minLength": 1, "maxLength": 200},
      "type": {"type": "string", "minLength": 1, "maxLength": 64},
      "price": {"type": "number", "minimum": 0, "maximum": 99999999.99},
      "description": {"type": ["string", "null"], "maxLength": 10000},
      "unit": {"type": ["string", "null"], "maxLength": 32},
      "available": {"type": ["boolean", "null"]},
      "quantity": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000000},
      "supplier": {"type": ["string", "null"], "maxLength": 200},
      "banner": {"type": ["string", "null"], "maxLength": 500},
      "currency": {"type": ["string", "null"]}
    }
  })");
  return shape;
}

// As above, with the version the change was made on. The quantity may be there, as in the answer to a GET,
// and is not read: stock has its own ways.
const json::schema& changed_product() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["sku", "name", "type", "price", "version"],
    "properties": {
      "sku": {"type": "string", "minLength": 1, "maxLength": 32},
      "name": {"type": "string", "minLength": 1, "maxLength": 200},
      "type": {"type": "string", "minLength": 1, "maxLength": 64},
      "price": {"type": "number", "minimum": 0, "maximum": 99999999.99},
      "version": {"type": "integer", "minimum": 1},
      "description": {"type": ["string", "null"], "maxLength": 10000},
      "unit": {"type": ["string", "null"], "maxLength": 32},
      "available": {"type": ["boolean", "null"]},
      "supplier": {"type": ["string", "null"], "maxLength": 200},
      "banner": {"type": ["string", "null"], "maxLength": 500},
      "currency": {"type": ["string", "null"]}
    }
  })");
  return shape;
}

const json::schema& stock_adjustment() {
  static const json::schema shape(R"({
    "type": "object",
    "required": ["delta", "reason"],
    "properties": {
      "delta": {"type": "integer", "minimum": -1000000000, "maximum": 1000000000},
      "reason": {"type": "string", "minLength": 1, "maxLength": 200}
    }
  })");
  return shape;
}

}  // namespace mercat::products::schemas
