-- One row per refresh token until it expires; the token itself is nowhere, only its SHA-256 in hexadecimal.
-- family: all tokens that came, one out of the other, from one log-in. Whoever writes here locks the
-- customer's row first, so that uses, log-outs and the end of an account come one after the other.
-- issued_at: also the iat of the access token that was given with it. A spent token stays, because its second
-- use is a sign of theft.
CREATE TABLE IF NOT EXISTS refresh_token (
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  family CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  customer_id BIGINT NOT NULL,
  issued_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  spent_at DATETIME(6) NULL,
  revoked_at DATETIME(6) NULL,
  INDEX refresh_token_customer (customer_id, family),
  INDEX refresh_token_expiry (expires_at),
  CONSTRAINT refresh_token_of_customer FOREIGN KEY (customer_id) REFERENCES customer (id)
) ENGINE=InnoDB;
