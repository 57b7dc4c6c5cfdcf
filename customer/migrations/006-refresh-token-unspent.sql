-- A session that is refreshed leaves its spent tokens behind, any number of them. Who ends sessions reads and changes
-- only what is not spent, one token for each session: by expires_at, so that the one unused for longest is found, too.
-- refresh_token_issue: for the newest token of a customer. Both have the customer first, as the foreign key needs it.
ALTER TABLE refresh_token
  ADD INDEX IF NOT EXISTS refresh_token_unspent (customer_id, spent_at, revoked_at, expires_at),
  ADD INDEX IF NOT EXISTS refresh_token_issue (customer_id, issued_at),
  DROP INDEX IF EXISTS refresh_token_customer;
