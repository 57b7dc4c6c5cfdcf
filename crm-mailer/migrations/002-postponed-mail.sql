-- Mails that the mail server postponed, from the first time on: how long is long enough is counted from there.
CREATE TABLE IF NOT EXISTS postponed_mail (
  event_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  since DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
