-- The ground: organisation, staff and sessions, events, audit, idempotency, search.
-- Every table with a store_id gets its row security from repeatable/020_policies.sql.

CREATE TABLE region (
	id         uuid PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	code       text NOT NULL CONSTRAINT region_code_key UNIQUE,
	name       text NOT NULL,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	deleted_at timestamptz,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE store (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	code           text NOT NULL CONSTRAINT store_code_key UNIQUE,
	name           text NOT NULL,
	kind           text NOT NULL DEFAULT 'own' CONSTRAINT store_kind_check CHECK (kind IN ('own', 'franchise', 'certified', 'warehouse')),
	region_id      uuid NOT NULL CONSTRAINT store_region_fkey REFERENCES region,
	time_zone      text NOT NULL DEFAULT 'Asia/Shanghai' CONSTRAINT store_time_zone_check CHECK (timezone(time_zone, '2000-01-01 00:00+00'::timestamptz) IS NOT NULL),
	currency       text NOT NULL DEFAULT 'CNY',
	phone          text,
	address        text,
	licence_class  text,
	licence_number text,
	external_ids   jsonb NOT NULL DEFAULT '{}',
	metadata       jsonb NOT NULL DEFAULT '{}',
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	deleted_at     timestamptz,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX store_region_idx ON store (region_id);

CREATE TABLE store_hours (
	store_id uuid NOT NULL REFERENCES store,
	weekday  smallint NOT NULL CONSTRAINT store_hours_weekday_check CHECK (weekday BETWEEN 1 AND 7),
	opens    text NOT NULL,
	closes   text NOT NULL,
	CONSTRAINT store_hours_pkey PRIMARY KEY (store_id, weekday, opens),
	CONSTRAINT store_hours_order_check CHECK (opens < closes)
);

CREATE TABLE store_holiday (
	store_id uuid NOT NULL REFERENCES store,
	date     date NOT NULL,
	closed   boolean NOT NULL,
	opens    text,
	closes   text,
	name     text,
	CONSTRAINT store_holiday_pkey PRIMARY KEY (store_id, date),
	CONSTRAINT store_holiday_hours_check CHECK (closed OR (opens < closes))
);

CREATE TABLE store_policy (
	store_id          uuid PRIMARY KEY REFERENCES store,
	version           bigint NOT NULL DEFAULT 1,
	vin_rule          text NOT NULL DEFAULT 'strict' CONSTRAINT store_policy_vin_rule_check CHECK (vin_rule IN ('strict', 'warn')),
	tax_bp            integer NOT NULL DEFAULT 600,
	rounding_fen      integer NOT NULL DEFAULT 1,
	slot_minutes      integer NOT NULL DEFAULT 30,
	discount_limit_bp integer NOT NULL DEFAULT 1000,
	survey_low_score  integer NOT NULL DEFAULT 6,
	updated_at        timestamptz NOT NULL,
	changed           xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE bay (
	id         uuid PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	store_id   uuid NOT NULL REFERENCES store,
	code       text NOT NULL,
	name       text NOT NULL,
	kind       text NOT NULL DEFAULT 'general' CONSTRAINT bay_kind_check CHECK (kind IN ('general', 'lift', 'alignment', 'body', 'wash', 'quick')),
	active     boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	deleted_at timestamptz,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT bay_code_key UNIQUE (store_id, code),
	CONSTRAINT bay_store_key UNIQUE (store_id, id)
);

-- Staff belong to the chain or to a home store; what they may do stands in their grants.
CREATE TABLE staff (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid REFERENCES store,
	name         text NOT NULL,
	username     text CONSTRAINT staff_username_key UNIQUE,
	phone        text,
	employee_no  text,
	active       boolean NOT NULL DEFAULT true,
	external_ids jsonb NOT NULL DEFAULT '{}',
	metadata     jsonb NOT NULL DEFAULT '{}',
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	deleted_at   timestamptz,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT staff_store_key UNIQUE (store_id, id)
);

CREATE TABLE staff_grant (
	id         uuid PRIMARY KEY,
	staff_id   uuid NOT NULL CONSTRAINT staff_grant_staff_fkey REFERENCES staff,
	role       text NOT NULL,
	scope      text NOT NULL CONSTRAINT staff_grant_scope_check CHECK (scope IN ('store', 'region', 'chain')),
	store_id   uuid CONSTRAINT staff_grant_store_fkey REFERENCES store,
	region_id  uuid CONSTRAINT staff_grant_region_fkey REFERENCES region,
	created_at timestamptz NOT NULL,
	revoked_at timestamptz,
	CONSTRAINT staff_grant_scope_id_check CHECK ((scope = 'store') = (store_id IS NOT NULL) AND (scope = 'region') = (region_id IS NOT NULL))
);
CREATE UNIQUE INDEX staff_grant_key ON staff_grant (staff_id, role, coalesce(store_id, region_id, '00000000-0000-0000-0000-000000000000')) WHERE revoked_at IS NULL;

-- Nothing below is readable by the app role: definer functions answer what may be asked.
CREATE TABLE credential (
	staff_id   uuid PRIMARY KEY REFERENCES staff,
	password   text NOT NULL,
	failures   integer NOT NULL DEFAULT 0,
	failed_at  timestamptz,
	updated_at timestamptz NOT NULL
);

CREATE TABLE session (
	id         uuid PRIMARY KEY,
	token_hash bytea NOT NULL CONSTRAINT session_token_key UNIQUE,
	staff_id   uuid NOT NULL REFERENCES staff,
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	revoked_at timestamptz
);
CREATE INDEX session_staff_idx ON session (staff_id);

CREATE TABLE api_key (
	id         uuid PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	token_hash bytea NOT NULL CONSTRAINT api_key_token_key UNIQUE,
	name       text NOT NULL,
	hint       text NOT NULL,
	role       text,
	scopes     text[] NOT NULL,
	store_ids  uuid[],
	created_by uuid NOT NULL,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	expires_at timestamptz,
	revoked_at timestamptz,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id()
);

-- A link for one purpose: its token is this id with a MAC; it fixes store, purpose and subject.
CREATE TABLE link (
	id         uuid PRIMARY KEY,
	store_id   uuid NOT NULL REFERENCES store,
	purpose    text NOT NULL CONSTRAINT link_purpose_check CHECK (purpose IN ('progress', 'estimate', 'survey')),
	subject_id uuid NOT NULL,
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	revoked_at timestamptz
);
CREATE INDEX link_subject_idx ON link (subject_id);

CREATE TABLE idempotency (
	actor_id     uuid NOT NULL,
	key          text NOT NULL,
	request_hash text NOT NULL,
	operation    text NOT NULL,
	status       integer NOT NULL,
	subject_id   uuid,
	at           timestamptz NOT NULL,
	CONSTRAINT idempotency_pkey PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_at_idx ON idempotency (at);

-- What happened, for feeds, jobs and roll-ups.  Readers stay below pg_snapshot_xmin.
CREATE TABLE event (
	id              uuid PRIMARY KEY,
	position        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	at              timestamptz NOT NULL,
	type            text NOT NULL,
	store_id        uuid,
	subject_type    text NOT NULL,
	subject_id      uuid NOT NULL,
	subject_version bigint,
	data            jsonb NOT NULL DEFAULT '{}',
	actor_id        uuid,
	request_id      text
);
CREATE INDEX event_position_idx ON event (position, id);
CREATE INDEX event_store_idx ON event (store_id, position, id);

-- How far each consumer of events has come.
CREATE TABLE event_consumer (
	name     text PRIMARY KEY,
	position xid8 NOT NULL,
	last_id  uuid,
	at       timestamptz NOT NULL
);

CREATE TABLE audit_entry (
	id         bigint GENERATED ALWAYS AS IDENTITY,
	at         timestamptz NOT NULL DEFAULT clock_timestamp(),
	actor_id   uuid,
	request_id text,
	store_id   uuid,
	table_name text NOT NULL,
	row_id     uuid,
	action     text NOT NULL,
	before     jsonb,
	after      jsonb
) PARTITION BY RANGE (at);
CREATE TABLE audit_entry_default PARTITION OF audit_entry DEFAULT;
CREATE INDEX audit_entry_row_idx ON audit_entry (row_id, at);
CREATE INDEX audit_entry_store_idx ON audit_entry (store_id, at);

-- Columns whose values never stand in the audit trail: secret, or personal and so to be erased.
CREATE TABLE audit_class (
	table_name  text NOT NULL,
	column_name text NOT NULL,
	class       text NOT NULL CONSTRAINT audit_class_class_check CHECK (class IN ('personal', 'secret')),
	PRIMARY KEY (table_name, column_name)
);
INSERT INTO audit_class VALUES ('staff', 'phone', 'personal'), ('staff', 'name', 'personal'), ('api_key', 'token_hash', 'secret');

CREATE TABLE access_log (
	id           uuid PRIMARY KEY,
	at           timestamptz NOT NULL,
	actor_id     uuid,
	store_id     uuid,
	operation    text NOT NULL,
	subject_type text,
	subject_id   uuid,
	request_id   text
);
CREATE INDEX access_log_at_idx ON access_log (at, id);

-- Prefix search: keys are C-collated, so that a pair of bounds is an index range (LIKE is not leakproof).
CREATE TABLE search_key (
	kind       text NOT NULL,
	key        text COLLATE "C" NOT NULL,
	subject    text NOT NULL,
	subject_id uuid NOT NULL,
	store_id   uuid,
	CONSTRAINT search_key_pkey PRIMARY KEY (kind, key, subject_id)
);
CREATE INDEX search_key_subject_idx ON search_key (subject_id);

-- Readable numbers: one row for each counter, locked last in a transaction.
CREATE TABLE document_counter (
	store_id uuid NOT NULL REFERENCES store,
	kind     text NOT NULL,
	period   text NOT NULL,
	last     bigint NOT NULL,
	CONSTRAINT document_counter_pkey PRIMARY KEY (store_id, kind, period)
);

-- Rights over tables and rows for BI logins: which stores a database role may read.
CREATE TABLE bi_store (
	role_name text NOT NULL,
	store_id  uuid NOT NULL REFERENCES store,
	PRIMARY KEY (role_name, store_id)
);
