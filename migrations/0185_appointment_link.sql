-- What a customer sees of an appointment by its link, and does there.

ALTER TABLE link
	DROP CONSTRAINT link_purpose_check,
	ADD CONSTRAINT link_purpose_check CHECK (purpose IN ('progress', 'estimate', 'survey', 'appointment'));
-- By one link at a time.
CREATE UNIQUE INDEX link_appointment_key ON link (subject_id) WHERE purpose = 'appointment' AND revoked_at IS NULL;

ALTER TABLE appointment ADD COLUMN customer_confirmed_at timestamptz;
ALTER TABLE appointment_step
	DROP CONSTRAINT appointment_step_what_check,
	ADD CONSTRAINT appointment_step_what_check CHECK (what IN ('booked', 'confirmed', 'declined', 'rescheduled', 'cancelled', 'arrived', 'no_show',
	                                                           'converted', 'customer_confirmed', 'told_more'));
ALTER TABLE store ADD COLUMN what_to_bring text;
