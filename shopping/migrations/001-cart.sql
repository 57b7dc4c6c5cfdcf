CREATE TABLE IF NOT EXISTS cart_line (
  customer_id BIGINT       NOT NULL,
  product_id  BIGINT       NOT NULL,
  quantity    INT          NOT NULL,
  name        VARCHAR(200) NOT NULL COMMENT 'as it was when put into the cart, like banner and price',
  banner      VARCHAR(500) NOT NULL,
  price       BIGINT       NOT NULL COMMENT 'minor units',
  added_at    DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (customer_id, product_id),
  CONSTRAINT cart_line_quantity CHECK (quantity BETWEEN 1 AND 999)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS cart (
  customer_id BIGINT      NOT NULL PRIMARY KEY COMMENT 'one cart per customer; its row is the lock of its lines',
  version     BIGINT      NOT NULL DEFAULT 1,
  updated_at  DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS deleted_customer (
  customer_id BIGINT      NOT NULL PRIMARY KEY COMMENT 'remembered, so that no late request makes a new cart',
  deleted_at  DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) ENGINE=InnoDB;
