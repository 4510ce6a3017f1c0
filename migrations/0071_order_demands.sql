-- All that an order wants is looked up when the order is cancelled.

CREATE INDEX demand_order_idx ON demand (work_order_id);
