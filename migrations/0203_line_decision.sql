-- What the customer did not want, who said so, when and how, and when to come back to it.

ALTER TABLE work_order_line
	ADD COLUMN reason_code text,
	ADD COLUMN deferred_until date,
	ADD COLUMN deferred_until_km integer,
	ADD CONSTRAINT work_order_line_reason_code_check
		CHECK (reason_code IN ('price', 'time', 'not_needed_now', 'second_opinion', 'own_part', 'insurance_pending', 'safe_until', 'other')) NOT VALID;

-- Each time a line was declined, deferred, withdrawn or taken up again; what was authorised is an authorisation.
CREATE TABLE line_decision (
	id                uuid PRIMARY KEY,
	store_id          uuid NOT NULL,
	work_order_id     uuid NOT NULL,
	line_id           uuid NOT NULL,
	status            text NOT NULL CONSTRAINT line_decision_status_check CHECK (status IN ('proposed', 'authorised', 'declined', 'deferred', 'withdrawn')),
	reason            text,
	reason_code       text,
	note              text,
	deferred_until    date,
	deferred_until_km integer,
	method            text CONSTRAINT line_decision_method_check CHECK (method IN ('in_person', 'phone', 'wechat', 'sms', 'link')),
	by_name           text,
	by_phone          text,
	at                timestamptz NOT NULL,
	actor_id          uuid,
	CONSTRAINT line_decision_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT line_decision_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id)
);
CREATE INDEX line_decision_order_idx ON line_decision (work_order_id, at);
