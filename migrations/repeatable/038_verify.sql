-- For `fettled verify`: what holds for every table of a kind, so that a new one is not forgotten.

-- Rows that name one that is not there: every foreign key, whatever kept it from being checked, and what refers
-- without one.
CREATE OR REPLACE FUNCTION verify_references()
RETURNS TABLE (store_id uuid, subject text, what text, expected text, found text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	r record;
BEGIN
	FOR r IN
		SELECT f.conrelid::regclass::text AS child, f.confrelid::regclass::text AS parent,
		       string_agg(format('p.%I = c.%I', b.attname, a.attname), ' AND ' ORDER BY k.place) AS same,
		       string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ' ORDER BY k.place) AS told,
		       (array_agg(a.attname::text ORDER BY k.place DESC))[1] AS named
		  FROM pg_constraint f
		 CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY k (child, parent, place)
		  JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.child
		  JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = k.parent
		 WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace
		   AND has_table_privilege(f.conrelid, 'SELECT') AND has_table_privilege(f.confrelid, 'SELECT')
		 GROUP BY f.oid, f.conrelid, f.confrelid
		UNION ALL
		SELECT s.child, s.parent, format('p.id = c.%I', s.named), format('c.%I IS NOT NULL', s.named), s.named
		  FROM (VALUES ('appointment', 'reception_id', 'reception'), ('stock_document', 'work_order_id', 'work_order'),
		               ('stock_document', 'reverses_id', 'stock_document'),
		               ('stock_document_line', 'work_order_line_id', 'work_order_line'), ('stock_document', 'transfer_id', 'transfer'), ('batch_movement', 'movement_id', 'stock_movement'),
		               ('supplier_invoice_line', 'document_line_id', 'stock_document_line'),
		               ('stock_document_line', 'transfer_line_id', 'transfer_line'), ('reservation', 'transfer_line_id', 'transfer_line'),
		               ('work_order_line', 'authorisation_id', 'authorisation'), ('demand', 'work_order_id', 'work_order'),
		               ('demand', 'customer_id', 'customer'), ('demand', 'vehicle_id', 'vehicle'),
		               ('settlement', 'customer_id', 'customer'), ('settlement_line', 'work_order_line_id', 'work_order_line'), ('settlement_line', 'sales_order_line_id', 'sales_order_line'),
		               ('sales_order', 'customer_id', 'customer'), ('deposit', 'customer_id', 'customer'), ('sales_order', 'vehicle_id', 'vehicle'),
		               ('survey', 'customer_id', 'customer'), ('survey', 'vehicle_id', 'vehicle')) s (child, named, parent)
	LOOP
		RETURN QUERY EXECUTE format(
			'SELECT (to_jsonb(c) ->> ''store_id'')::uuid, %L || coalesce(to_jsonb(c) ->> ''id'', ''''), %L, %L, c.%I::text || '' that is not there'''
			'  FROM %s c WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s)',
			r.child || ' ', r.named, 'in ' || r.parent, r.named, r.child, r.told, r.parent, r.same);
	END LOOP;
END $$;

-- Versions count from 1; what changed in a transaction that has not begun is in no feed.
CREATE OR REPLACE FUNCTION verify_versions()
RETURNS TABLE (store_id uuid, subject text, what text, expected text, found text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT c.relname::text AS name, a.attname::text AS column_name
	           FROM pg_class c
	           JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
	            AND (a.attname IN ('version', 'changed') OR c.relname IN ('event', 'event_consumer') AND a.attname = 'position')
	          WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
	            AND has_table_privilege(c.oid, 'SELECT')
	LOOP
		RETURN QUERY EXECUTE format(
			'SELECT (to_jsonb(c) ->> ''store_id'')::uuid, %1$L || coalesce(to_jsonb(c) ->> ''id'', ''''), %2$L, %3$s, c.%2$I::text'
			'  FROM %4$I c WHERE %5$s',
			t.name || ' ', t.column_name,
			CASE t.column_name WHEN 'version' THEN quote_literal('at least 1') ELSE '''before '' || pg_snapshot_xmax(pg_current_snapshot())' END,
			t.name,
			CASE t.column_name WHEN 'version' THEN 'c.version < 1'
			     ELSE format('c.%I >= pg_snapshot_xmax(pg_current_snapshot())', t.column_name) END);
	END LOOP;
END $$;
