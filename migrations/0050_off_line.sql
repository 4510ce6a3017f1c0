-- Notes beside reasons, when the server heard of what happened off line.

ALTER TABLE work_order_stage ADD COLUMN note text, ADD COLUMN recorded_at timestamptz;
UPDATE work_order_stage SET recorded_at = at;
ALTER TABLE work_order_stage ALTER COLUMN recorded_at SET NOT NULL;

ALTER TABLE work_order_line ADD COLUMN note text;

-- Why somebody stopped; recorded_at: when the server heard of the end, or of the beginning while it runs.
ALTER TABLE clock_entry ADD COLUMN reason text, ADD COLUMN note text, ADD COLUMN recorded_at timestamptz;
UPDATE clock_entry SET recorded_at = coalesce(ended_at, started_at);
ALTER TABLE clock_entry ALTER COLUMN recorded_at SET NOT NULL;

-- The order that keeps a customer from leaving without one.
CREATE INDEX work_order_reception_idx ON work_order (reception_id);
