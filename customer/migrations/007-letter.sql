-- One row per mail to a customer that anybody can cause, kept for an hour: how many an address got. account: as in
-- login_failure, so that the count outlives the account and says of nobody that they are a customer. Whoever adds a row
-- holds the row of the customer who has the address. Rows of an hour ago count for nothing and are removed a few at a time.
CREATE TABLE IF NOT EXISTS letter (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  written_at DATETIME(6) NOT NULL,
  INDEX letter_account (account, kind, written_at),
  INDEX letter_age (written_at)
) ENGINE=InnoDB;
