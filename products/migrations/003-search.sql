-- The collation tells emoji apart, which the table's does not.
ALTER TABLE product
  MODIFY name VARCHAR(200) NOT NULL COLLATE utf8mb4_uca1400_ai_ci,
  MODIFY type VARCHAR(64) NOT NULL COLLATE utf8mb4_uca1400_ai_ci;

-- Lists: one index for each order, with and without a category. Ties go by id.
ALTER TABLE product
  ADD INDEX IF NOT EXISTS product_price (price, id),
  ADD INDEX IF NOT EXISTS product_name (name, id),
  ADD INDEX IF NOT EXISTS product_type_price (type, price, id),
  ADD INDEX IF NOT EXISTS product_type_name (type, name, id);

-- Search (docs: products/README.md). All texts here are folded: case and accents are gone.
CREATE TABLE IF NOT EXISTS search_text (
  product_id BIGINT     NOT NULL PRIMARY KEY,
  version    BIGINT     NOT NULL COMMENT 'of the product, when it was folded',
  folded     MEDIUMBLOB NOT NULL COMMENT 'all its texts, with blanks between; its words are its postings'
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS search_suffix (
  suffix  VARBINARY(48) NOT NULL COMMENT 'the end of a word, at most 12 characters of it',
  word_id BIGINT        NOT NULL,
  PRIMARY KEY (suffix, word_id)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS search_posting (
  word_id    BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  PRIMARY KEY (word_id, product_id)
) ENGINE=InnoDB;
