CREATE TABLE IF NOT EXISTS order_erasure (
  customer_id BIGINT      NOT NULL PRIMARY KEY COMMENT 'deleted, with orders that may still have personal data',
  after_order CHAR(36)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'up to this id the orders are blank',
  after_key   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'up to this key the answers are'
) ENGINE=InnoDB;
