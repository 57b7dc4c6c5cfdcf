-- Where a customer's orders may go. All go with the account. Whoever changes one locks the customer's row
-- first, so that the number of addresses and the end of the account are never raced.
CREATE TABLE IF NOT EXISTS address (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id BIGINT NOT NULL,
  street VARCHAR(200) NOT NULL,
  city VARCHAR(100) NOT NULL,
  state VARCHAR(100) NULL,
  postal_code VARCHAR(20) NOT NULL,
  country VARCHAR(100) NOT NULL,
  INDEX address_customer (customer_id, id),
  CONSTRAINT address_of_customer FOREIGN KEY (customer_id) REFERENCES customer (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Whose access tokens do not count any more: what replicas load when they start. Rows older than the longest
-- life of a token are of no use and are removed when new ones are written.
CREATE TABLE IF NOT EXISTS session_revocation (
  customer_id BIGINT NOT NULL PRIMARY KEY,
  revoked_before DATETIME(6) NOT NULL,
  INDEX session_revocation_time (revoked_before)
) ENGINE=InnoDB;
