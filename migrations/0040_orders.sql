-- What the orders of lists are read from: a store's own, and the whole chain's.
CREATE INDEX work_order_promised_idx ON work_order (store_id, coalesce(promised_at, 'infinity'), id);
CREATE INDEX work_order_chain_promised_idx ON work_order (coalesce(promised_at, 'infinity'), id);
CREATE INDEX work_order_chain_idx ON work_order (opened_at, id);
CREATE INDEX appointment_chain_idx ON appointment (starts_at, id);
CREATE INDEX reception_chain_idx ON reception (arrived_at, id);
CREATE INDEX settlement_chain_idx ON settlement (created_at, id);
CREATE INDEX complaint_chain_idx ON complaint (received_at, id);
-- Chinese names in the order of their pinyin.
CREATE INDEX customer_name_idx ON customer (name COLLATE "zh-x-icu", id);
CREATE INDEX part_name_idx ON part (name COLLATE "zh-x-icu", id);
