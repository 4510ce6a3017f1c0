-- Equipment of a store, what of it is due, and the operations that need some.

CREATE TABLE equipment (
	id              uuid PRIMARY KEY,
	version         bigint NOT NULL DEFAULT 1,
	store_id        uuid NOT NULL REFERENCES store,
	code            text NOT NULL,
	name            text NOT NULL,
	kind            text NOT NULL CONSTRAINT equipment_kind_check CHECK (kind IN ('lift', 'alignment', 'diagnostic', 'tyre_changer', 'wheel_balancer', 'refrigerant', 'paint_booth', 'welding', 'brake_tester', 'high_voltage', 'press', 'other')),
	serial_number   text,
	status          text NOT NULL DEFAULT 'in_service' CONSTRAINT equipment_status_check CHECK (status IN ('in_service', 'out_of_service')),
	reason          text CONSTRAINT equipment_reason_check CHECK (reason IN ('broken', 'service', 'calibration', 'lent', 'lost', 'other')),
	reason_note     text,
	out_since       timestamptz,
	serviced_on     date,
	service_due     date,
	calibrated_on   date,
	calibration_due date,
	due_on          date NOT NULL GENERATED ALWAYS AS (least(coalesce(service_due, 'infinity'::date), coalesce(calibration_due, 'infinity'::date))) STORED,
	note            text,
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL,
	deleted_at      timestamptz,
	deleted_by      uuid,
	deleted_reason  text,
	changed         xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT equipment_out_check CHECK ((status = 'out_of_service') = (out_since IS NOT NULL) AND (status = 'out_of_service') = (reason IS NOT NULL))
);
CREATE UNIQUE INDEX equipment_code_key ON equipment (store_id, code) WHERE deleted_at IS NULL;
CREATE INDEX equipment_list_idx ON equipment (store_id, due_on, id);
CREATE INDEX equipment_chain_idx ON equipment (due_on, id);

ALTER TABLE operation
	ADD COLUMN equipment text CONSTRAINT operation_equipment_check CHECK (equipment IN ('lift', 'alignment', 'diagnostic', 'tyre_changer', 'wheel_balancer', 'refrigerant', 'paint_booth', 'welding', 'brake_tester', 'high_voltage', 'press', 'other'));
