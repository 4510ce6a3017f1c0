-- Orders that go on at another store: cancelled where they were, opened anew where they are.

ALTER TABLE work_order
	ADD COLUMN moved_from_id uuid,
	ADD COLUMN moved_to_id uuid;

-- Of the store an order has come to, and the one it has left.
CREATE TABLE work_order_move (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL REFERENCES store,
	work_order_id uuid NOT NULL CONSTRAINT work_order_move_order_key UNIQUE,
	from_store_id uuid NOT NULL,
	from_order_id uuid NOT NULL CONSTRAINT work_order_move_from_key UNIQUE,
	reason        text NOT NULL CONSTRAINT work_order_move_reason_check CHECK (reason IN ('capacity', 'equipment', 'skill', 'parts', 'customer_request', 'store_closed', 'other')),
	note          text,
	actor_id      uuid,
	at            timestamptz NOT NULL,
	CONSTRAINT work_order_move_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT work_order_move_from_fkey FOREIGN KEY (from_store_id, from_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT work_order_move_stores_check CHECK (store_id <> from_store_id)
);
CREATE INDEX work_order_move_list_idx ON work_order_move (store_id, id);

-- Which line of the new order goes on with which of the old one.
CREATE TABLE work_order_line_move (
	store_id      uuid NOT NULL,
	line_id       uuid NOT NULL CONSTRAINT work_order_line_move_pkey PRIMARY KEY,
	from_store_id uuid NOT NULL,
	from_line_id  uuid NOT NULL CONSTRAINT work_order_line_move_from_key UNIQUE,
	CONSTRAINT work_order_line_move_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT work_order_line_move_from_fkey FOREIGN KEY (from_store_id, from_line_id) REFERENCES work_order_line (store_id, id)
);
