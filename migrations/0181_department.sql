-- Departments of a store: who belongs to them, what work they take, and the rules that send work to them.

-- Empty lists: whatever it is.
CREATE TABLE department (
	id                uuid PRIMARY KEY,
	version           bigint NOT NULL DEFAULT 1,
	store_id          uuid NOT NULL REFERENCES store,
	code              text NOT NULL,
	name              text NOT NULL,
	kind              text NOT NULL CONSTRAINT department_kind_check CHECK (kind IN ('mechanical', 'electrical', 'quick', 'diagnosis', 'body', 'paint', 'tyre', 'care', 'other')),
	status            text NOT NULL DEFAULT 'in_use' CONSTRAINT department_status_check CHECK (status IN ('in_use', 'retired')),
	lead_id           uuid CONSTRAINT department_lead_fkey REFERENCES staff,
	service_classes   text[] NOT NULL DEFAULT '{}' CONSTRAINT department_service_classes_check CHECK (service_classes <@ '{basic,repair,preventive,care}'),
	skills            text[] NOT NULL DEFAULT '{}',
	repair_categories text[] NOT NULL DEFAULT '{}' CONSTRAINT department_repair_categories_check CHECK (repair_categories <@ '{whole_vehicle,assembly,maint_2,maint_1,minor,special}'),
	note              text,
	retired_at        timestamptz,
	created_at        timestamptz NOT NULL,
	updated_at        timestamptz NOT NULL,
	changed           xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT department_store_key UNIQUE (store_id, id),
	CONSTRAINT department_code_key UNIQUE (store_id, code),
	CONSTRAINT department_retired_check CHECK ((status = 'retired') = (retired_at IS NOT NULL))
);
CREATE INDEX department_list_idx ON department (store_id, code, id);
CREATE INDEX department_chain_idx ON department (code, id);

-- Of the departments of a person the one with the lowest position is the first.
CREATE TABLE department_member (
	store_id      uuid NOT NULL,
	department_id uuid NOT NULL,
	staff_id      uuid NOT NULL CONSTRAINT department_member_staff_fkey REFERENCES staff,
	position      integer NOT NULL,
	CONSTRAINT department_member_pkey PRIMARY KEY (department_id, staff_id),
	CONSTRAINT department_member_position_key UNIQUE (store_id, staff_id, position),
	CONSTRAINT department_member_department_fkey FOREIGN KEY (store_id, department_id) REFERENCES department (store_id, id)
);

-- A store's rule names one of its departments, one of the chain (without a store) a kind of them.
CREATE TABLE routing_rule (
	id              uuid PRIMARY KEY,
	version         bigint NOT NULL DEFAULT 1,
	store_id        uuid REFERENCES store,
	position        integer NOT NULL,
	skill           text,
	service_class   text CONSTRAINT routing_rule_service_class_check CHECK (service_class IN ('basic', 'repair', 'preventive', 'care')),
	repair_category text CONSTRAINT routing_rule_repair_category_check CHECK (repair_category IN ('whole_vehicle', 'assembly', 'maint_2', 'maint_1', 'minor', 'special')),
	department_id   uuid,
	department_kind text CONSTRAINT routing_rule_department_kind_check CHECK (department_kind IN ('mechanical', 'electrical', 'quick', 'diagnosis', 'body', 'paint', 'tyre', 'care', 'other')),
	note            text,
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL,
	deleted_at      timestamptz,
	deleted_by      uuid,
	deleted_reason  text,
	changed         xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT routing_rule_department_fkey FOREIGN KEY (store_id, department_id) REFERENCES department (store_id, id),
	CONSTRAINT routing_rule_target_check CHECK ((store_id IS NULL) = (department_id IS NULL) AND (store_id IS NULL) = (department_kind IS NOT NULL))
);
CREATE INDEX routing_rule_list_idx ON routing_rule (store_id, position, id);
CREATE INDEX routing_rule_chain_idx ON routing_rule (position, id);

ALTER TABLE work_order_line
	ADD COLUMN department_id uuid,
	ADD COLUMN department_reason text CONSTRAINT work_order_line_department_reason_check CHECK (department_reason IN ('workload', 'skill', 'equipment', 'wrong_department', 'customer_request', 'department_retired', 'other')),
	ADD COLUMN department_note text,
	ADD CONSTRAINT work_order_line_department_fkey FOREIGN KEY (store_id, department_id) REFERENCES department (store_id, id);
-- A department's work; where there are no departments it stays empty.
CREATE INDEX work_order_line_department_idx ON work_order_line (department_id, created_at, id) WHERE department_id IS NOT NULL;
