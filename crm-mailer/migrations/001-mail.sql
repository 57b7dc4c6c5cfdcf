-- Which mail went out because of which event. No address: the events carry it, and it is used once.
CREATE TABLE IF NOT EXISTS sent_mail (
  event_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  customer_id BIGINT NOT NULL,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sent_at DATETIME(6) NOT NULL,
  KEY sent_mail_customer (customer_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Customers who left: nothing is sent to them any more, whatever order the events come in.
CREATE TABLE IF NOT EXISTS deleted_customer (
  id BIGINT NOT NULL PRIMARY KEY,
  deleted_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
