CREATE TABLE IF NOT EXISTS product_replica (
  product_id     BIGINT       NOT NULL PRIMARY KEY,
  version        BIGINT       NOT NULL DEFAULT 0 COMMENT 'of the text half; 0: not known yet',
  deleted        BOOLEAN      NOT NULL DEFAULT FALSE COMMENT 'kept, so that no late event brings it back',
  name           VARCHAR(200) NOT NULL DEFAULT '',
  banner         VARCHAR(500) NOT NULL DEFAULT '',
  price          BIGINT       NOT NULL DEFAULT 0 COMMENT 'minor units',
  available      BOOLEAN      NOT NULL DEFAULT FALSE,
  text_at        DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6) COMMENT 'when the text half changed here',
  stock_version  BIGINT       NOT NULL DEFAULT 0 COMMENT 'of the stock half; 0: not known yet',
  on_hand        BIGINT       NOT NULL DEFAULT 0,
  stock_at       DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6) COMMENT 'when the stock half changed here',
  passed_over_at DATETIME(6)  NULL COMMENT 'when a change that was not newer was last passed over'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS replica_build (
  id          TINYINT     NOT NULL PRIMARY KEY COMMENT 'one row',
  holder      CHAR(36)    CHARACTER SET ascii NULL COMMENT 'who builds the replica at this moment',
  held_until  DATETIME(6) NULL,
  built_at    DATETIME(6) NULL COMMENT 'when it was last built as a whole'
) ENGINE=InnoDB;

INSERT IGNORE INTO replica_build (id) VALUES (1);
