-- Workshop tablets: registered by a manager, paired by a code that is told once, opened by the staff with a PIN.

CREATE TABLE tablet (
	id         uuid PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	store_id   uuid NOT NULL REFERENCES store,
	name       text NOT NULL,
	status     text NOT NULL DEFAULT 'registered' CONSTRAINT tablet_status_check CHECK (status IN ('registered', 'paired', 'revoked')),
	pairing_until timestamptz NOT NULL,
	paired_at  timestamptz,
	revoked_at timestamptz,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT tablet_store_key UNIQUE (store_id, id),
	CONSTRAINT tablet_paired_check CHECK (status <> 'paired' OR paired_at IS NOT NULL),
	CONSTRAINT tablet_revoked_check CHECK ((status = 'revoked') = (revoked_at IS NOT NULL))
);
CREATE INDEX tablet_list_idx ON tablet (store_id, created_at, id);
CREATE INDEX tablet_chain_idx ON tablet (created_at, id);

-- No change of the tablet.
CREATE TABLE tablet_use (
	tablet_id    uuid PRIMARY KEY,
	store_id     uuid NOT NULL,
	last_seen_at timestamptz NOT NULL,
	CONSTRAINT tablet_use_tablet_fkey FOREIGN KEY (store_id, tablet_id) REFERENCES tablet (store_id, id)
);

-- Not readable by the app role: definer functions answer what may be asked.  SHA-256 of what was told once.
CREATE TABLE tablet_secret (
	tablet_id    uuid PRIMARY KEY CONSTRAINT tablet_secret_tablet_fkey REFERENCES tablet,
	pairing_hash bytea CONSTRAINT tablet_secret_pairing_key UNIQUE,
	token_hash   bytea CONSTRAINT tablet_secret_token_key UNIQUE
);

ALTER TABLE credential ADD COLUMN pin text;
ALTER TABLE session ADD COLUMN tablet_id uuid CONSTRAINT session_tablet_fkey REFERENCES tablet;
ALTER TABLE store_policy ADD COLUMN tablet_minutes integer NOT NULL DEFAULT 15;
CREATE INDEX staff_employee_no_idx ON staff (employee_no) WHERE employee_no IS NOT NULL;
