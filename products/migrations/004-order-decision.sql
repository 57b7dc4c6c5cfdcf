-- What was decided about an order's stock: one row per order, for ever, so that no event about it has an effect
-- twice, however late it comes.
CREATE TABLE IF NOT EXISTS order_decision (
  order_id     CHAR(36)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  status       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    COMMENT 'ACCEPTED, REJECTED, CANCELLED; OPEN only inside the transaction that decides',
  reason       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of a rejection',
  decided_at   DATETIME(6) NULL COMMENT 'null: cancelled before it could be decided',
  cancelled_at DATETIME(6) NULL
) ENGINE=InnoDB;

-- What an accepted order took, one row per product: this is what it gives back.
CREATE TABLE IF NOT EXISTS order_decision_line (
  order_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  product_id BIGINT   NOT NULL,
  quantity   BIGINT   NOT NULL,
  PRIMARY KEY (order_id, product_id),
  CONSTRAINT order_decision_line_positive CHECK (quantity > 0)
) ENGINE=InnoDB;
