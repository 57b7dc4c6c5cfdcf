-- One row per account ever made. Deleting an account blanks the row and keeps its id, so that no later
-- customer gets an id that other services remember.
-- email_key: the address in lower case; equal keys are the same account. Several NULLs may coexist in it.
CREATE TABLE IF NOT EXISTS customer (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NULL,
  email_key VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NULL,
  password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
  name VARCHAR(200) NULL,
  phone VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  UNIQUE KEY customer_email_key (email_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
