-- Lists of the whole chain and of one order, at ten million orders: they read a page, not the table.
CREATE INDEX stock_document_chain_idx ON stock_document (created_at, id);
CREATE INDEX stock_document_order_idx ON stock_document (work_order_id) WHERE work_order_id IS NOT NULL;
CREATE INDEX settlement_order_idx ON settlement (work_order_id);
CREATE INDEX payment_chain_idx ON payment (taken_at, id);
