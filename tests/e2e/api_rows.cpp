// The rows of the API's table: what section 5 of the design lists.
#include "tests/e2e/api_table.hpp"

namespace mercat::e2e::api {

const std::vector<row>& table() {
  static const std::vector<row> rows{
      {"POST /api/signup", access::open, {"201", "422 email-taken", "400 invalid-body"}},
      {"POST /api/login", access::open, {"200", "401 bad-credentials", "400 invalid-body"}},
      {"POST /api/token/refresh", access::open, {"200", "401 refresh-token-invalid", "400 invalid-body"}},
      {"POST /api/logout", access::open, {"204", "400 invalid-body"}},
      {"GET /api/profile", access::user, {"200", "401 token-invalid"}},
      {"PATCH /api/profile", access::user, {"200", "400 invalid-body", "401 token-invalid"}},
      {"DELETE /api/profile", access::user, {"204", "401 token-invalid"}},
      {"PUT /api/password", access::user, {"204", "401 bad-credentials", "400 invalid-body"}},
      {"POST /api/password/forgot", access::open, {"204", "400 invalid-body"}},
      {"POST /api/password/reset", access::open, {"204", "400 reset-token-invalid", "400 invalid-body"}},
      {"GET /api/addresses", access::user, {"200", "401 token-invalid"}},
      {"POST /api/addresses", access::user, {"201", "400 invalid-body", "401 token-invalid"}},
      {"PUT /api/addresses/{id}", access::user, {"200", "400 invalid-body", "404 address-not-found"}},
      {"DELETE /api/addresses/{id}", access::user, {"204", "404 address-not-found"}},
      {"GET /api/customers/{id}", access::user, {"200", "404 customer-not-found"}},
      {"GET /api/customers", access::user, {"200", "404 customer-not-found", "400"}},
      {"GET /api/products", access::open, {"200", "400", "400 invalid-cursor"}},
      {"GET /api/products/{id}", access::open, {"200", "400", "404 product-not-found"}},
      {"GET /api/categories", access::open, {"200"}},
      {"POST /api/products/ids", access::open, {"200", "400 invalid-body"}},
      {"POST /api/products", access::admin, {"201", "400 invalid-body", "422 sku-taken"}},
      {"PUT /api/products/{id}",
       access::admin,
       {"200", "400 invalid-body", "404 product-not-found", "409 version-conflict", "422 sku-taken"}},
      {"DELETE /api/products/{id}", access::admin, {"204", "404 product-not-found"}},
      {"POST /api/products/{id}/stock",
       access::admin,
       {"200", "400 invalid-body", "404 product-not-found", "409 insufficient-stock"}},
      {"GET /api/cart", access::user, {"200", "401 token-invalid"}},
      {"POST /api/cart", access::user, {"200", "400 invalid-body", "404 product-not-found", "503", "504"}},
      {"POST /api/cart/merge", access::user, {"200", "400 invalid-body", "503", "504"}},
      {"DELETE /api/cart/{productId}", access::user, {"200", "404 not-in-cart"}},
      {"DELETE /api/cart", access::user, {"200"}},
      {"GET /api/wishlist", access::user, {"200", "503", "504"}},
      {"POST /api/wishlist",
       access::user,
       {"200", "400 invalid-body", "404 product-not-found", "503", "504"}},
      {"DELETE /api/wishlist/{productId}", access::user, {"200", "404 not-in-wishlist"}},
      {"POST /api/orders",
       access::user,
       {"201", "200", "400 invalid-body", "400 idempotency-key-required", "400 idempotency-key-invalid",
        "404 address-not-found", "409 cart-empty", "409 price-changed", "409 out-of-stock",
        "409 items-unavailable", "422 idempotency-key-reused", "422 txn-number-taken", "503", "504"}},
      {"GET /api/orders", access::user, {"200", "304", "400", "400 invalid-cursor"}},
      {"GET /api/orders/{id}", access::user, {"200", "304", "404 order-not-found"}},
      {"POST /api/orders/{id}/cancel", access::user, {"200", "404 order-not-found", "409 order-final"}},
      {"GET /api/admin/orders", access::admin, {"200", "400 invalid-status"}},
      {"GET /api/admin/orders/{id}", access::admin, {"200", "404 order-not-found"}},
      {"GET /api/home", access::open, {"200"}},
      {"GET /api/whoami", access::open, {"200"}},
      {"GET /status", access::open, {"200"}},
  };
  return rows;
}

}  // namespace mercat::e2e::api
