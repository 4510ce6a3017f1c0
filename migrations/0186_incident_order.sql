-- The incidents of an order, for who receives its vehicle again.
CREATE INDEX incident_order_idx ON incident (work_order_id) WHERE work_order_id IS NOT NULL;
