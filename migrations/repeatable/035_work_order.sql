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

-- Work that leaves the workshop with a certificate (domain-facts 8.2).
CREATE OR REPLACE FUNCTION needs_certificate(repair_category text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN repair_category IN ('whole_vehicle', 'assembly', 'maint_2');

-- Which level of check comes before which.
CREATE OR REPLACE FUNCTION qc_rank(level text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_position('{self,mutual,final}'::text[], level);

-- The checks an order needs, the lowest first: by the store's rules, its work and its parts; the final one always.
CREATE OR REPLACE FUNCTION required_qc_levels(of_order uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN (
		SELECT array_agg(v.level ORDER BY qc_rank(v.level))
		  FROM work_order w
		  JOIN store_policy p ON p.store_id = w.store_id
		 CROSS JOIN LATERAL (
		       SELECT coalesce(bool_or(needs_certificate(l.repair_category)), false) AS regulated,
		              coalesce(bool_or(a.key_class IS NOT NULL), false) AS key_part
		         FROM work_order_line l
		         LEFT JOIN part a ON a.id = l.part_id
		        WHERE l.work_order_id = w.id AND l.status = 'authorised') o
		 CROSS JOIN unnest('{self,mutual,final}'::text[]) v (level)
		 WHERE w.id = of_order
		   AND (v.level = 'final' OR v.level = ANY (p.qc_levels)
		        OR o.regulated AND v.level = ANY (p.qc_levels_regulated)
		        OR o.key_part AND v.level = ANY (p.qc_levels_key_parts)));
END $$;

-- What stands on each bay of a store, or is to be worked on there and stands nowhere, as the board shows it.
CREATE OR REPLACE FUNCTION bays_now(of_store uuid, at timestamptz) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'code', b.code, 'name', b.name, 'kind', b.kind, 'active', b.active,
	                                             'work_orders', coalesce(o.orders, '[]')) ORDER BY b.code), '[]')
	  FROM bay b
	  LEFT JOIN (SELECT coalesce(c.bay_id, e.bay_id) AS bay_id,
	                    jsonb_agg(jsonb_build_object('id', e.id, 'number', e.number, 'status', e.status, 'plate', v.plate, 'priority', e.priority,
	                                                 'promised_at', to_char(e.promised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	                                                 'overdue', coalesce(e.promised_at < at, false) AND e.status NOT IN ('completed', 'settled'),
	                                                 'since', to_char(c.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) ORDER BY e.started_at, e.id) AS orders
	               FROM work_order e
	               LEFT JOIN vehicle v ON v.id = e.vehicle_id
	               LEFT JOIN bay_occupancy c ON c.work_order_id = e.id AND c.ends_at = 'infinity'
	              WHERE e.store_id = of_store
	                AND e.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled')
	                AND (c.id IS NOT NULL OR e.status IN ('dispatched', 'in_progress', 'paused', 'awaiting_qc'))
	                AND coalesce(c.bay_id, e.bay_id) IS NOT NULL AND e.deleted_at IS NULL
	              GROUP BY 1) o ON o.bay_id = b.id
	 WHERE b.store_id = of_store AND b.deleted_at IS NULL
$$;

-- What was still asked of the customer about an order that has ended is to expire (job expire_estimates).
CREATE OR REPLACE FUNCTION estimate_order_ended() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
	UPDATE estimate SET order_ended = true WHERE store_id = NEW.store_id AND work_order_id = NEW.id AND status = 'sent';
	RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER estimate_order_ended AFTER UPDATE OF status ON work_order
FOR EACH ROW WHEN (NEW.status IN ('completed', 'settled', 'delivered', 'closed', 'cancelled') AND OLD.status <> NEW.status)
EXECUTE FUNCTION estimate_order_ended();
