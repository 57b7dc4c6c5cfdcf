-- The stock ledger: one row per cause, so that no cause counts twice. It has no foreign key: the history of a
-- deleted product stays, and so what was counted for it.
CREATE TABLE IF NOT EXISTS stock_movement (
  product_id    BIGINT       NOT NULL,
  cause         VARCHAR(80)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  delta         BIGINT       NOT NULL,
  on_hand       BIGINT       NOT NULL COMMENT 'after it',
  stock_version BIGINT       NOT NULL COMMENT 'after it',
  reason        VARCHAR(200) CHARACTER SET utf8mb4 NOT NULL,
  created_at    DATETIME(6)  NOT NULL,
  PRIMARY KEY (product_id, cause),
  CONSTRAINT stock_movement_not_negative CHECK (on_hand >= 0)
) ENGINE=InnoDB;

-- What replicas of the catalogue have to forget. Ids are never given again.
CREATE TABLE IF NOT EXISTS deleted_product (
  product_id BIGINT      NOT NULL PRIMARY KEY,
  version    BIGINT      NOT NULL COMMENT 'one above the last that lived',
  deleted_at DATETIME(6) NOT NULL
) ENGINE=InnoDB;

-- A product without stock is one that an interrupted seeding left behind.
INSERT IGNORE INTO stock (product_id, on_hand)
SELECT p.id, 0 FROM product p LEFT JOIN stock s ON s.product_id = p.id WHERE s.product_id IS NULL;

INSERT IGNORE INTO stock_movement (product_id, cause, delta, on_hand, stock_version, reason, created_at)
SELECT product_id, 'opening', on_hand, on_hand, stock_version, 'first stock', UTC_TIMESTAMP(6) FROM stock;
