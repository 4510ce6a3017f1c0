-- The last car of a bay before a moment, by the bay.
CREATE INDEX bay_occupancy_bay_idx ON bay_occupancy (bay_id, starts_at);

-- What few are in or of, of a store: a list of those would walk all the others.
CREATE INDEX work_order_line_status_idx ON work_order_line (store_id, status, created_at, id) WHERE status <> 'authorised';
CREATE INDEX work_order_line_kind_idx ON work_order_line (store_id, kind, created_at, id) WHERE kind IN ('sublet', 'fee', 'discount');
CREATE INDEX settlement_payer_idx ON settlement (store_id, payer, created_at, id) WHERE payer <> 'customer';
CREATE INDEX settlement_payer_chain_idx ON settlement (payer, created_at, id) WHERE payer <> 'customer';
CREATE INDEX reception_left_idx ON reception (store_id, arrived_at, id) WHERE status = 'left_without_service';
CREATE INDEX reception_left_chain_idx ON reception (arrived_at, id) WHERE status = 'left_without_service';
CREATE INDEX diagnosis_open_idx ON diagnosis (store_id, status, created_at, id) WHERE status IN ('draft', 'submitted', 'in_review');
