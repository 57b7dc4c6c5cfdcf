-- How often a password was wrong, by account and by the network that tried it. account: SHA-256 of the e-mail address
-- in lower case, in hexadecimal; there need not be such an account, so that the table does not say who is a customer.
-- Rows whose last failure is an hour ago count for nothing and are removed a few at a time.
CREATE TABLE IF NOT EXISTS login_failure (
  account CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  network VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  failures INT NOT NULL,
  failed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (account, network),
  INDEX login_failure_age (failed_at)
) ENGINE=InnoDB;
