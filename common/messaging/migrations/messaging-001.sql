-- Events on their way out (messaging/outbox.hpp) and events that came in (messaging/consumer.hpp).
CREATE TABLE IF NOT EXISTS outbox (
  id           BIGINT AUTO_INCREMENT PRIMARY KEY,
  event_id     CHAR(36) CHARACTER SET ascii NOT NULL,
  type         VARCHAR(100) CHARACTER SET ascii NOT NULL,
  data         LONGTEXT CHARACTER SET utf8mb4 NOT NULL,
  traceparent  VARCHAR(64) CHARACTER SET ascii NOT NULL DEFAULT '',
  created_at   DATETIME(6) NOT NULL,
  -- Not to be touched by a relay before.
  leased_until DATETIME(6) NOT NULL,
  -- Times the broker returned or refused it.
  attempts     INT NOT NULL DEFAULT 0
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS inbox (
  message_id   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
  type         VARCHAR(100) CHARACTER SET ascii NOT NULL,
  -- Times its handling began and has not ended.
  attempts     INT NOT NULL DEFAULT 0,
  seen_at      DATETIME(6) NOT NULL,
  -- NULL: its effect is not there yet.
  processed_at DATETIME(6) NULL,
  INDEX by_age (seen_at)
) ENGINE = InnoDB;
