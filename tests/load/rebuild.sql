-- SPDX-License-Identifier: Apache-2.0
-- Takes the indexes and constraints of the tables that are loaded away, and writes down how they are made anew:
-- table load_rebuild, to be run in the order of its steps, within step 1 table by table and side by side.
CREATE TABLE load_rebuild (step integer, place text, command text);
REVOKE ALL ON load_rebuild FROM PUBLIC;
DO $$
DECLARE
	loaded regclass[] := ARRAY['customer', 'customer_store', 'vehicle', 'vehicle_store', 'vehicle_owner', 'vehicle_plate', 'appointment', 'occupation', 'appointment_step', 'reception', 'work_order',
		'work_order_line', 'reservation', 'stock_document', 'stock_document_line', 'stock_movement', 'stock_level', 'settlement', 'settlement_line', 'payment', 'link',
		'survey', 'survey_answer', 'complaint', 'complaint_step', 'search_key', 'sublet', 'work_order_promise', 'work_order_pause', 'clock_entry', 'bay_occupancy',
		'guarantee', 'reception_concern', 'acceptance', 'estimate', 'inspection', 'diagnosis', 'transport', 'drive', 'loan', 'rescue', 'queue_ticket', 'attendance', 'waiting_entry'];
	r record;
BEGIN
	FOR r IN SELECT c.conrelid::regclass::text AS place, quote_ident(c.conname) AS name, pg_get_constraintdef(c.oid) AS definition,
	                CASE c.contype WHEN 'f' THEN 2 ELSE 1 END AS step
	           FROM pg_constraint c
	          WHERE c.contype IN ('f', 'p', 'u', 'x') AND (c.conrelid = ANY (loaded) OR c.confrelid = ANY (loaded))
	            AND (c.contype <> 'f' OR c.conparentid = 0)
	          ORDER BY c.contype <> 'f'
	LOOP
		INSERT INTO load_rebuild VALUES (r.step, r.place, format('ALTER TABLE %s ADD CONSTRAINT %s %s', r.place, r.name, r.definition));
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %s', r.place, r.name);
	END LOOP;
	FOR r IN SELECT i.indrelid::regclass::text AS place, i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
	           FROM pg_index i
	          WHERE i.indrelid = ANY (loaded)
	LOOP
		INSERT INTO load_rebuild VALUES (1, r.place, r.definition);
		EXECUTE format('DROP INDEX %s', r.name);
	END LOOP;
END
$$;
