-- A postponed mail waits here, not in the queue: its event as it came, and when the mail server is asked again.
-- Whoever asks moves next_try ahead, so that nobody else does meanwhile. NULL: a mail that was postponed before
-- this table kept events; its event is in the queue still.
ALTER TABLE postponed_mail
  ADD COLUMN IF NOT EXISTS customer_id BIGINT NULL,
  ADD COLUMN IF NOT EXISTS type VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN IF NOT EXISTS data LONGTEXT NULL,
  ADD COLUMN IF NOT EXISTS traceparent VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN IF NOT EXISTS next_try DATETIME(6) NULL,
  ADD INDEX IF NOT EXISTS postponed_mail_due (next_try),
  ADD INDEX IF NOT EXISTS postponed_mail_customer (customer_id);
