-- Who works when, can do what, and may do it: shifts, absences, skills, certificates.

-- A shift belongs to the store it is worked in, whoever's home that is; a cancelled one stays, so that its day stays rostered.
CREATE TABLE shift (
	id         uuid PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	store_id   uuid NOT NULL REFERENCES store,
	staff_id   uuid NOT NULL CONSTRAINT shift_staff_fkey REFERENCES staff,
	date       date NOT NULL,
	starts_at  timestamptz NOT NULL,
	ends_at    timestamptz NOT NULL,
	status     text NOT NULL DEFAULT 'planned' CONSTRAINT shift_status_check CHECK (status IN ('planned', 'cancelled')),
	reason     text,
	note       text,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT shift_period_check CHECK (starts_at < ends_at),
	CONSTRAINT shift_staff_excl EXCLUDE USING gist (staff_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status = 'planned')
);
CREATE INDEX shift_list_idx ON shift (store_id, starts_at, id);
CREATE INDEX shift_chain_idx ON shift (starts_at, id);
CREATE INDEX shift_staff_idx ON shift (staff_id, starts_at);
CREATE INDEX shift_day_idx ON shift (store_id, date);

-- What is known of a person stands with the home store and moves with it.
CREATE TABLE absence (
	id         uuid PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	store_id   uuid NOT NULL,
	staff_id   uuid NOT NULL,
	kind       text NOT NULL CONSTRAINT absence_kind_check CHECK (kind IN ('annual', 'sick', 'personal', 'maternity', 'training', 'compensation', 'business', 'other')),
	starts_at  timestamptz NOT NULL,
	ends_at    timestamptz NOT NULL,
	status     text NOT NULL DEFAULT 'planned' CONSTRAINT absence_status_check CHECK (status IN ('planned', 'cancelled')),
	note       text,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT absence_staff_fkey FOREIGN KEY (store_id, staff_id) REFERENCES staff (store_id, id) ON UPDATE CASCADE,
	CONSTRAINT absence_period_check CHECK (starts_at < ends_at),
	CONSTRAINT absence_staff_excl EXCLUDE USING gist (staff_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status = 'planned')
);
CREATE INDEX absence_list_idx ON absence (store_id, starts_at, id);
CREATE INDEX absence_chain_idx ON absence (starts_at, id);
CREATE INDEX absence_staff_idx ON absence (staff_id, starts_at);

CREATE TABLE staff_skill (
	id         uuid PRIMARY KEY,
	store_id   uuid NOT NULL,
	staff_id   uuid NOT NULL,
	skill      text NOT NULL,
	level      integer NOT NULL CONSTRAINT staff_skill_level_check CHECK (level BETWEEN 1 AND 5),
	updated_at timestamptz NOT NULL,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT staff_skill_key UNIQUE (staff_id, skill),
	CONSTRAINT staff_skill_staff_fkey FOREIGN KEY (store_id, staff_id) REFERENCES staff (store_id, id) ON UPDATE CASCADE
);
CREATE INDEX staff_skill_list_idx ON staff_skill (store_id, skill, id);
CREATE INDEX staff_skill_chain_idx ON staff_skill (skill, id);

-- expires_on: its last day; infinity for one that does not expire.
CREATE TABLE certificate (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL,
	staff_id       uuid NOT NULL,
	kind           text NOT NULL CONSTRAINT certificate_kind_check CHECK (kind IN ('repair', 'inspection', 'high_voltage', 'welding', 'refrigeration', 'coating', 'lifting', 'driving', 'other')),
	number         text NOT NULL,
	issuer         text,
	valid_from     date NOT NULL,
	expires_on     date NOT NULL DEFAULT 'infinity',
	note           text,
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	deleted_at     timestamptz,
	deleted_by     uuid,
	deleted_reason text,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT certificate_staff_fkey FOREIGN KEY (store_id, staff_id) REFERENCES staff (store_id, id) ON UPDATE CASCADE,
	CONSTRAINT certificate_period_check CHECK (valid_from <= expires_on)
);
CREATE UNIQUE INDEX certificate_number_key ON certificate (kind, number) WHERE deleted_at IS NULL;
CREATE INDEX certificate_list_idx ON certificate (store_id, expires_on, id);
CREATE INDEX certificate_chain_idx ON certificate (expires_on, id);
CREATE INDEX certificate_staff_idx ON certificate (staff_id, kind);

-- What a labour asks of who does it, and whether a store holds to it.
ALTER TABLE operation
	ADD COLUMN certificate text CONSTRAINT operation_certificate_check CHECK (certificate IN ('repair', 'inspection', 'high_voltage', 'welding', 'refrigeration', 'coating', 'lifting', 'driving', 'other'));
ALTER TABLE store_policy
	ADD COLUMN certificate_rule text NOT NULL DEFAULT 'recorded' CONSTRAINT store_policy_certificate_rule_check CHECK (certificate_rule IN ('recorded', 'always', 'never'));

INSERT INTO audit_class VALUES
	('absence', 'kind', 'personal'),
	('absence', 'note', 'personal'),
	('certificate', 'number', 'personal')
ON CONFLICT DO NOTHING;
