-- One row per mail for a forgotten password, for an hour at least: it also counts how many mails an account got. The
-- token itself is nowhere, only its SHA-256 in hexadecimal. ended_at: it was used, replaced by a later one, or the
-- password was changed otherwise. Whoever writes here locks the customer's row first.
CREATE TABLE IF NOT EXISTS reset_token (
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  customer_id BIGINT NOT NULL,
  made_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  ended_at DATETIME(6) NULL,
  INDEX reset_token_customer (customer_id, made_at),
  INDEX reset_token_age (made_at),
  CONSTRAINT reset_token_of_customer FOREIGN KEY (customer_id) REFERENCES customer (id)
) ENGINE=InnoDB;
