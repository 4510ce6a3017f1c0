-- What writes paid for and nothing read.

-- A new line is nobody's: only who has one is looked for.
DROP INDEX work_order_line_technician_idx;
CREATE INDEX work_order_line_technician_idx ON work_order_line (technician_id, work_status) WHERE technician_id IS NOT NULL;

-- The store is there when the reception, the bay or the level is, which all carry it.
ALTER TABLE work_order DROP CONSTRAINT work_order_store_id_fkey;
ALTER TABLE appointment DROP CONSTRAINT appointment_store_id_fkey;
ALTER TABLE reservation DROP CONSTRAINT reservation_store_id_fkey;

-- A warehouse is in one store: who looks for some parts there reads them, and not the whole warehouse.
CREATE STATISTICS stock_level_place (dependencies) ON store_id, warehouse_id FROM stock_level;
ANALYZE stock_level;
