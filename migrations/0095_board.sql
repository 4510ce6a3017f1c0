-- Customers at the counter, for the board.
CREATE INDEX reception_open_idx ON reception (store_id, arrived_at) WHERE status IN ('waiting', 'greeted', 'checking');
