-- Wrong passwords are counted by the name that was tried, whether anybody has it: an answer that only existing accounts give
-- would tell which they are.

CREATE TABLE login_failure (
	name_hash bytea PRIMARY KEY,  -- SHA-256: what people type there may be a password
	failures  integer NOT NULL,
	failed_at timestamptz NOT NULL
);
CREATE INDEX login_failure_failed_at_idx ON login_failure (failed_at);

INSERT INTO login_failure (name_hash, failures, failed_at)
SELECT sha256(convert_to(f.username, 'UTF8')), c.failures, c.failed_at
  FROM credential c JOIN staff f ON f.id = c.staff_id
 WHERE c.failures > 0 AND f.deleted_at IS NULL AND f.username IS NOT NULL;

DROP FUNCTION IF EXISTS credential_find(text);
DROP FUNCTION IF EXISTS credential_tried(uuid, boolean, timestamptz);
ALTER TABLE credential DROP COLUMN failures, DROP COLUMN failed_at;
