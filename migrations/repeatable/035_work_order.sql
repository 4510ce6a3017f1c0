-- The next readable number of a kind in a store, by the store's own day; locks the counter.
CREATE OR REPLACE FUNCTION document_number_next(store uuid, number_kind text, at timestamptz) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $$
DECLARE
	number text;
BEGIN
	INSERT INTO document_counter AS c (store_id, kind, period, last)
	SELECT s.id, number_kind, to_char(at AT TIME ZONE s.time_zone, 'YYMMDD'), 1 FROM store s WHERE s.id = store
	ON CONFLICT (store_id, kind, period) DO UPDATE SET last = c.last + 1
	RETURNING (SELECT s.code FROM store s WHERE s.id = c.store_id) || '-' || c.kind || '-' || c.period || '-'
	          || lpad(c.last::text, greatest(4, length(c.last::text)), '0') INTO number;
	RETURN number;
END $$;

-- What a line comes to on a bill: parts count as far as they stayed in the vehicle.
CREATE OR REPLACE FUNCTION billed_quantity(line work_order_line) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN line.kind = 'part' THEN line.issued_quantity - line.returned_quantity ELSE line.quantity END
$$;
CREATE OR REPLACE FUNCTION billed_amount(line work_order_line) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN line.kind = 'part' THEN round(line.unit_price * (line.issued_quantity - line.returned_quantity))::bigint
	            ELSE line.amount END
$$;

-- What stands on each bay of a store, as the board shows it.
CREATE OR REPLACE FUNCTION bays_now(of_store uuid, at timestamptz) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'code', b.code, 'name', b.name, 'kind', b.kind, 'active', b.active,
	                                             'work_orders', coalesce(o.orders, '[]')) ORDER BY b.code), '[]')
	  FROM bay b
	  LEFT JOIN (SELECT e.bay_id,
	                    jsonb_agg(jsonb_build_object('id', e.id, 'number', e.number, 'status', e.status, 'plate', v.plate,
	                                                 'promised_at', to_char(e.promised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	                                                 'overdue', coalesce(e.promised_at < at, false)) ORDER BY e.started_at, e.id) AS orders
	               FROM work_order e
	               LEFT JOIN vehicle v ON v.id = e.vehicle_id
	              WHERE e.store_id = of_store AND e.status IN ('dispatched', 'in_progress', 'paused', 'awaiting_qc') AND e.bay_id IS NOT NULL
	                AND e.deleted_at IS NULL
	              GROUP BY e.bay_id) o ON o.bay_id = b.id
	 WHERE b.store_id = of_store AND b.deleted_at IS NULL
$$;
