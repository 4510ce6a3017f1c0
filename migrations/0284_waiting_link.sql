-- Who waits for a slot sees by a link what is offered, takes it, or lets it go.
ALTER TABLE link
	DROP CONSTRAINT link_purpose_check,
	ADD CONSTRAINT link_purpose_check CHECK (purpose IN ('progress', 'estimate', 'survey', 'appointment', 'waiting'));
-- By one link at a time.
CREATE UNIQUE INDEX link_waiting_key ON link (subject_id) WHERE purpose = 'waiting' AND revoked_at IS NULL;

-- What they let go is not offered to them again by itself.
ALTER TABLE waiting_entry ADD COLUMN declined_starts_at timestamptz;
