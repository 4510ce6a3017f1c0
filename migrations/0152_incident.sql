-- Incidents in the workshop: people or property at risk, what was damaged, and who was told of it.

CREATE TABLE incident (
	id                uuid PRIMARY KEY,
	version           bigint NOT NULL DEFAULT 1,
	store_id          uuid NOT NULL REFERENCES store,
	number            text NOT NULL CONSTRAINT incident_number_key UNIQUE,
	kind              text NOT NULL CONSTRAINT incident_kind_check CHECK (kind IN ('safety', 'damage')),
	severity          text NOT NULL CONSTRAINT incident_severity_check CHECK (severity IN ('minor', 'serious')),
	status            text NOT NULL DEFAULT 'open' CONSTRAINT incident_status_check CHECK (status IN ('open', 'closed')),
	work_order_id     uuid,
	happened_at       timestamptz NOT NULL,
	place             text,
	description       text NOT NULL,
	reported_by       uuid,
	owner_told_at     timestamptz,
	owner_told_method text CONSTRAINT incident_owner_told_method_check CHECK (owner_told_method IN ('in_person', 'phone', 'wechat', 'sms', 'link')),
	insurer           text,
	insurer_reference text,
	insurer_told_at   timestamptz,
	measures          text,
	closed_at         timestamptz,
	created_at        timestamptz NOT NULL,
	updated_at        timestamptz NOT NULL,
	changed           xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT incident_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT incident_closed_check CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX incident_list_idx ON incident (store_id, id);
