-- The guarantee on repairs: the law's periods as dated data, what was delivered under them, and what came back.

-- A motorcycle or a tractor has other periods than a car.
ALTER TABLE vehicle ADD COLUMN kind text NOT NULL DEFAULT 'automobile' CONSTRAINT vehicle_kind_check CHECK (kind IN ('automobile', 'motorcycle', 'other'));

CREATE TABLE guarantee_rule (
	id              uuid PRIMARY KEY,
	vehicle_kind    text NOT NULL CONSTRAINT guarantee_rule_vehicle_kind_check CHECK (vehicle_kind IN ('automobile', 'motorcycle', 'other')),
	repair_category text NOT NULL CONSTRAINT guarantee_rule_repair_category_check CHECK (repair_category IN ('whole_vehicle', 'assembly', 'maint_2', 'maint_1', 'minor', 'special')),
	valid_from      date NOT NULL,
	days            integer NOT NULL CONSTRAINT guarantee_rule_days_check CHECK (days > 0),
	km              integer NOT NULL CONSTRAINT guarantee_rule_km_check CHECK (km > 0),
	source          text NOT NULL,
	CONSTRAINT guarantee_rule_key UNIQUE (vehicle_kind, repair_category, valid_from)
);
INSERT INTO guarantee_rule (id, vehicle_kind, repair_category, valid_from, days, km, source)
SELECT ('019b76da-a800-7000-8000-0000000001' || lpad(r.n::text, 2, '0'))::uuid, r.kind, c.category, '2015-08-08', r.days, r.km,
       '机动车维修管理规定 (2015) 第三十七条'
  FROM (VALUES (10, 'automobile', '{whole_vehicle,assembly}'::text[], 100, 20000), (20, 'automobile', '{maint_2}', 30, 5000),
               (30, 'automobile', '{maint_1,minor,special}', 10, 2000), (40, 'motorcycle', '{whole_vehicle,assembly}', 80, 7000),
               (50, 'motorcycle', '{maint_2,maint_1,minor,special}', 10, 800), (60, 'other', '{whole_vehicle,assembly}', 60, 6000),
               (70, 'other', '{maint_2,maint_1,minor,special}', 7, 700)) x (first, kind, categories, days, km)
 CROSS JOIN LATERAL unnest(x.categories) WITH ORDINALITY c (category, place)
 CROSS JOIN LATERAL (SELECT x.first + c.place AS n, x.kind, x.days, x.km) r;

-- A row for each line that was delivered.  Both ends count from the day of delivery; whichever is reached first ends it.
CREATE TABLE guarantee (
	id                   uuid PRIMARY KEY,
	version              bigint NOT NULL DEFAULT 1,
	store_id             uuid NOT NULL REFERENCES store,
	vehicle_id           uuid NOT NULL CONSTRAINT guarantee_vehicle_fkey REFERENCES vehicle,
	work_order_id        uuid NOT NULL,
	line_id              uuid NOT NULL CONSTRAINT guarantee_line_key UNIQUE,
	repair_category      text NOT NULL CONSTRAINT guarantee_repair_category_check CHECK (repair_category IN ('whole_vehicle', 'assembly', 'maint_2', 'maint_1', 'minor', 'special')),
	rule_id              uuid NOT NULL CONSTRAINT guarantee_rule_fkey REFERENCES guarantee_rule,
	starts_on            date NOT NULL,
	ends_on              date NOT NULL,
	starts_km            integer,
	ends_km              integer,
	reworked_by_store_id uuid,
	reworked_by_line_id  uuid,
	reworked_at          timestamptz,
	created_at           timestamptz NOT NULL,
	updated_at           timestamptz NOT NULL,
	changed              xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT guarantee_store_key UNIQUE (store_id, id),
	CONSTRAINT guarantee_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT guarantee_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT guarantee_reworked_fkey FOREIGN KEY (reworked_by_store_id, reworked_by_line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT guarantee_days_check CHECK (ends_on > starts_on),
	CONSTRAINT guarantee_km_check CHECK ((starts_km IS NULL) = (ends_km IS NULL) AND ends_km > starts_km),
	CONSTRAINT guarantee_reworked_check CHECK ((reworked_at IS NULL) = (reworked_by_line_id IS NULL))
);
CREATE INDEX guarantee_list_idx ON guarantee (store_id, id);
CREATE INDEX guarantee_vehicle_idx ON guarantee (vehicle_id, id);
CREATE INDEX guarantee_order_idx ON guarantee (work_order_id);

-- Work that came back: the new line, and the guarantee it comes back for, which another store may have given.
CREATE TABLE comeback (
	id            uuid PRIMARY KEY,
	version       bigint NOT NULL DEFAULT 1,
	store_id      uuid NOT NULL REFERENCES store,
	work_order_id uuid NOT NULL,
	line_id       uuid NOT NULL CONSTRAINT comeback_line_key UNIQUE,
	guarantee_id  uuid NOT NULL,
	of_store_id   uuid NOT NULL,
	of_line_id    uuid NOT NULL,
	payer         text NOT NULL CONSTRAINT comeback_payer_check CHECK (payer IN ('customer', 'internal', 'quality_guarantee')),
	cause         text CONSTRAINT comeback_cause_check CHECK (cause IN ('workmanship', 'misdiagnosis', 'part_defect', 'incomplete', 'unrelated', 'customer_use', 'not_found')),
	note          text,
	delivered_at  timestamptz,
	cancelled_at  timestamptz,
	created_at    timestamptz NOT NULL,
	updated_at    timestamptz NOT NULL,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT comeback_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT comeback_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT comeback_guarantee_fkey FOREIGN KEY (of_store_id, guarantee_id) REFERENCES guarantee (store_id, id),
	CONSTRAINT comeback_of_line_fkey FOREIGN KEY (of_store_id, of_line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT comeback_over_check CHECK (delivered_at IS NULL OR cancelled_at IS NULL)
);
-- One at a time, in whichever store.
CREATE UNIQUE INDEX comeback_open_key ON comeback (guarantee_id) WHERE delivered_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX comeback_list_idx ON comeback (store_id, id);
CREATE INDEX comeback_of_idx ON comeback (of_store_id, id);
CREATE INDEX comeback_order_idx ON comeback (work_order_id);
CREATE INDEX comeback_delivered_idx ON comeback (delivered_at) WHERE of_store_id <> store_id;
