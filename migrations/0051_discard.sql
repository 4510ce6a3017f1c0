-- A draft that was discarded is out of the way of another.

DROP INDEX settlement_order_key;
CREATE UNIQUE INDEX settlement_order_key ON settlement (work_order_id, payer) WHERE status <> 'void' AND deleted_at IS NULL;
