-- Hazardous waste: what a store keeps of it until a licensed collector takes it.

-- Kinds by the national list (国家危险废物名录); a chain adds its own.
CREATE TABLE waste_kind (
	id             uuid CONSTRAINT waste_kind_pkey PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	category       text NOT NULL,  -- of the list: HW08
	code           text COLLATE "C" NOT NULL,  -- of the list: 900-214-08
	name           text NOT NULL,
	unit           text NOT NULL CONSTRAINT waste_kind_unit_check CHECK (unit IN ('gram', 'millilitre')),
	limit_days     integer CONSTRAINT waste_kind_days_check CHECK (limit_days > 0),
	limit_quantity bigint CONSTRAINT waste_kind_quantity_check CHECK (limit_quantity > 0),
	active         boolean NOT NULL DEFAULT true,
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT waste_kind_name_key UNIQUE (name)
);
CREATE INDEX waste_kind_list_idx ON waste_kind (code, id);
-- No longer than a year: the law on solid waste (固体废物污染环境防治法).
INSERT INTO waste_kind (id, category, code, name, unit, limit_days, created_at, updated_at)
SELECT ('019b76da-a800-7000-8000-0000000005' || lpad(k.n::text, 2, '0'))::uuid, k.category, k.code, k.name, 'gram', 365, now(), now()
  FROM (VALUES (1, 'HW08', '900-214-08', '废润滑油（发动机油、制动器油、自动变速器油、齿轮油）'), (2, 'HW31', '900-052-31', '废铅蓄电池'),
               (3, 'HW49', '900-041-49', '沾染危险废物的废弃包装物、容器、过滤吸附介质')) k (n, category, code, name);

-- What is there of a kind; its row is locked by whoever changes it.
CREATE TABLE waste_balance (
	store_id     uuid NOT NULL REFERENCES store,
	kind_id      uuid NOT NULL CONSTRAINT waste_balance_kind_fkey REFERENCES waste_kind,
	quantity     bigint NOT NULL CONSTRAINT waste_balance_quantity_check CHECK (quantity >= 0),
	entries      integer NOT NULL,
	stored_since timestamptz,  -- of the oldest that is there, first in first out; NULL: nothing is
	CONSTRAINT waste_balance_pkey PRIMARY KEY (store_id, kind_id),
	CONSTRAINT waste_balance_since_check CHECK ((quantity = 0) = (stored_since IS NULL))
);

-- The ledger: never changed; what is wrong is taken back by a counter-entry.
CREATE TABLE waste_entry (
	id                uuid CONSTRAINT waste_entry_pkey PRIMARY KEY,
	store_id          uuid NOT NULL REFERENCES store,
	kind_id           uuid NOT NULL CONSTRAINT waste_entry_kind_fkey REFERENCES waste_kind,
	ordinal           integer NOT NULL,  -- of the store and kind
	direction         text NOT NULL CONSTRAINT waste_entry_direction_check CHECK (direction IN ('stored', 'collected', 'reversed')),
	quantity          bigint NOT NULL CONSTRAINT waste_entry_quantity_check CHECK (quantity <> 0 AND (direction = 'stored') <= (quantity > 0)
		AND (direction = 'collected') <= (quantity < 0)),
	quantity_after    bigint NOT NULL CONSTRAINT waste_entry_after_check CHECK (quantity_after >= 0),
	work_order_id     uuid,
	collector         text,
	licence_number    text,
	licence_valid_to  date,
	manifest_number   text,
	reverses_id       uuid,
	reason            text,  -- why it was taken back
	note              text,
	actor_id          uuid,
	created_at        timestamptz NOT NULL,
	CONSTRAINT waste_entry_store_key UNIQUE (store_id, id),
	CONSTRAINT waste_entry_ordinal_key UNIQUE (store_id, kind_id, ordinal),
	CONSTRAINT waste_entry_reverses_key UNIQUE (reverses_id),
	CONSTRAINT waste_entry_work_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT waste_entry_reverses_fkey FOREIGN KEY (store_id, reverses_id) REFERENCES waste_entry (store_id, id),
	CONSTRAINT waste_entry_collected_check CHECK ((direction = 'collected') = (manifest_number IS NOT NULL AND collector IS NOT NULL AND licence_number IS NOT NULL AND licence_valid_to IS NOT NULL)),
	CONSTRAINT waste_entry_reversed_check CHECK ((direction = 'reversed') = (reverses_id IS NOT NULL))
);
CREATE INDEX waste_entry_list_idx ON waste_entry (store_id, created_at, id);
CREATE INDEX waste_entry_order_idx ON waste_entry (work_order_id) WHERE work_order_id IS NOT NULL;
