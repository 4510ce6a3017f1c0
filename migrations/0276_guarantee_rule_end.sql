-- A rule of headquarters ends with a day, or is taken back while no delivery has used it.

ALTER TABLE guarantee_rule
	ADD COLUMN until        date,
	ADD COLUMN withdrawn_at timestamptz,
	ADD CONSTRAINT guarantee_rule_until_check CHECK (until >= valid_from),
	ADD CONSTRAINT guarantee_rule_law_check CHECK (NOT statutory OR until IS NULL AND withdrawn_at IS NULL),
	DROP CONSTRAINT guarantee_rule_key;
-- What was taken back leaves its day free.
CREATE UNIQUE INDEX guarantee_rule_key ON guarantee_rule (vehicle_kind, repair_category, valid_from) WHERE withdrawn_at IS NULL;
CREATE INDEX guarantee_rule_idx ON guarantee (rule_id);
