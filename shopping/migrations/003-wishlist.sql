CREATE TABLE IF NOT EXISTS wishlist (
  customer_id BIGINT      NOT NULL PRIMARY KEY COMMENT 'one wishlist per customer; its row is the lock of its products',
  version     BIGINT      NOT NULL DEFAULT 1,
  updated_at  DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS wishlist_product (
  customer_id BIGINT      NOT NULL,
  product_id  BIGINT      NOT NULL,
  added_at    DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (customer_id, product_id)
) ENGINE=InnoDB;

ALTER TABLE cart ADD COLUMN IF NOT EXISTS last_merge CHAR(36) CHARACTER SET ascii NULL
  COMMENT 'id of the last merge, to learn the outcome of one whose commit was not confirmed';
