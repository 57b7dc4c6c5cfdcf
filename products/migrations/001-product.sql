CREATE TABLE IF NOT EXISTS product (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku         VARCHAR(32)  NOT NULL COLLATE utf8mb4_bin,
  name        VARCHAR(200) NOT NULL,
  description TEXT         NOT NULL,
  type        VARCHAR(64)  NOT NULL,
  unit        VARCHAR(32)  NOT NULL,
  price       BIGINT       NOT NULL COMMENT 'minor units',
  available   BOOLEAN      NOT NULL,
  supplier    VARCHAR(200) NOT NULL,
  banner      VARCHAR(500) NOT NULL,
  version     BIGINT       NOT NULL DEFAULT 1 COMMENT 'of the text, not of the stock',
  created_at  DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  updated_at  DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  UNIQUE KEY product_sku (sku),
  KEY product_type (type),
  CONSTRAINT product_price_not_negative CHECK (price >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS stock (
  product_id    BIGINT NOT NULL PRIMARY KEY,
  on_hand       BIGINT NOT NULL,
  stock_version BIGINT NOT NULL DEFAULT 1,
  CONSTRAINT stock_of_product FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE,
  CONSTRAINT stock_not_negative CHECK (on_hand >= 0)
) ENGINE=InnoDB;
