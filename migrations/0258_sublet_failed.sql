-- Outside work that a quality check did not pass stays with what it cost, and its line is given out anew.

ALTER TABLE sublet ADD COLUMN failed_at timestamptz;

DROP INDEX sublet_live_key;
CREATE UNIQUE INDEX sublet_live_key ON sublet (line_id) WHERE status <> 'cancelled' AND failed_at IS NULL;
