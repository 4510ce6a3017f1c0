-- The charged store may object to what a comeback costs it, and headquarters decides; what was said of the cause is kept, since what stores owe
-- each other for a month that is over changes with it.

ALTER TABLE comeback
	ADD COLUMN objection            text NOT NULL DEFAULT 'none' CONSTRAINT comeback_objection_check CHECK (objection IN ('none', 'open', 'upheld', 'rejected')),
	ADD COLUMN objection_reason     text,
	ADD COLUMN objected_by          uuid,
	ADD COLUMN objected_at          timestamptz,
	ADD COLUMN objection_note       text,
	ADD COLUMN objection_decided_by uuid,
	ADD COLUMN objection_decided_at timestamptz,
	ADD CONSTRAINT comeback_store_key UNIQUE (store_id, id),
	ADD CONSTRAINT comeback_objected_check CHECK ((objection = 'none') = (objected_at IS NULL)),
	ADD CONSTRAINT comeback_decided_check CHECK ((objection IN ('upheld', 'rejected')) = (objection_decided_at IS NOT NULL));

CREATE TABLE comeback_classification (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	comeback_id   uuid NOT NULL,
	cause         text NOT NULL CONSTRAINT comeback_classification_cause_check CHECK (cause IN ('workmanship', 'misdiagnosis', 'part_defect', 'incomplete', 'unrelated', 'customer_use', 'not_found')),
	note          text,
	classified_by uuid,
	classified_at timestamptz NOT NULL,
	after_month   boolean NOT NULL,
	CONSTRAINT comeback_classification_comeback_fkey FOREIGN KEY (store_id, comeback_id) REFERENCES comeback (store_id, id)
);
CREATE INDEX comeback_classification_comeback_idx ON comeback_classification (comeback_id, id);
-- Still to be classified, of a store.
CREATE INDEX comeback_unclassified_idx ON comeback (store_id, id) WHERE cause IS NULL;
