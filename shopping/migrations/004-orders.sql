CREATE TABLE IF NOT EXISTS customer_order (
  id          CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'UUIDv7: ids ascend with time',
  customer_id BIGINT       NOT NULL,
  status      VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason      VARCHAR(100) NULL,
  version     BIGINT       NOT NULL DEFAULT 1 COMMENT 'grows with every change that can be seen',
  amount      BIGINT       NOT NULL COMMENT 'minor units',
  currency    CHAR(3)      CHARACTER SET ascii NOT NULL,
  email       VARCHAR(320) NULL COMMENT 'of the customer when the order was placed; null: unknown, or deleted',
  address     TEXT         NULL COMMENT 'JSON, copied when the order was placed; null: none, or deleted',
  txn_number  VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  last_move   CHAR(36)     CHARACTER SET ascii NULL COMMENT 'id of the last cancel, to learn the outcome of one whose commit was not confirmed',
  created_at  DATETIME(6)  NOT NULL,
  updated_at  DATETIME(6)  NOT NULL,
  UNIQUE KEY txn_number (txn_number),
  KEY of_customer (customer_id, id),
  KEY by_status (status, id),
  KEY overdue (status, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS order_line (
  order_id   CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  product_id BIGINT       NOT NULL,
  position   INT          NOT NULL COMMENT 'in the cart, from 0',
  quantity   INT          NOT NULL,
  price      BIGINT       NOT NULL COMMENT 'minor units, of one',
  name       VARCHAR(200) NOT NULL,
  banner     VARCHAR(500) NOT NULL,
  PRIMARY KEY (order_id, product_id),
  CONSTRAINT order_line_quantity CHECK (quantity BETWEEN 1 AND 999)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS order_history (
  order_id CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq      BIGINT       NOT NULL COMMENT 'the version that the order had after the move, so it ascends',
  status   VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason   VARCHAR(100) NULL,
  at       DATETIME(6)  NOT NULL,
  PRIMARY KEY (order_id, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS order_key (
  customer_id     BIGINT      NOT NULL,
  idempotency_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  body_hash       CHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of what was asked for',
  order_id        CHAR(36)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  answer          MEDIUMTEXT  NULL COMMENT 'JSON, as it was answered; null once the customer is deleted',
  PRIMARY KEY (customer_id, idempotency_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS order_sweep (
  id         TINYINT     NOT NULL PRIMARY KEY COMMENT 'one row',
  holder     CHAR(36)    CHARACTER SET ascii NULL COMMENT 'who cancels overdue orders at this moment',
  held_until DATETIME(6) NOT NULL DEFAULT '2000-01-01'
) ENGINE=InnoDB;

INSERT IGNORE INTO order_sweep (id) VALUES (1);
