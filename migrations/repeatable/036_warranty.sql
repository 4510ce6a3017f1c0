-- Guarantees and comebacks over several stores: facts of the work, never prices.

GRANT SELECT, UPDATE ON comeback TO fettle_definer;
GRANT SELECT, UPDATE ON guarantee TO fettle_definer;

-- Whether a rule holds on a day; of several of a kind and category the newest.
CREATE OR REPLACE FUNCTION guarantee_rule_holds(rule guarantee_rule, day date) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT rule.withdrawn_at IS NULL AND rule.valid_from <= day AND (rule.until IS NULL OR rule.until >= day)
$$;

-- Whether a delivery of whichever store has used it.
CREATE OR REPLACE FUNCTION guarantee_rule_used(of_rule uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT EXISTS (SELECT FROM guarantee g WHERE g.rule_id = of_rule)
$$;

-- Those of a vehicle that the caller sees, from every store.
CREATE OR REPLACE FUNCTION vehicle_guarantees(wanted uuid)
RETURNS TABLE (id uuid, store_id uuid, store_name text, time_zone text, work_order_number text, line_id uuid, kind text, operation_id uuid,
               part_id uuid, description text, quantity numeric, repair_category text, starts_on date, ends_on date, starts_km integer,
               ends_km integer, reworked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT g.id, g.store_id, s.name, s.time_zone, w.number, g.line_id, l.kind, l.operation_id, l.part_id, l.description,
	       -- what was done: the hours of labour, the pieces that stayed
	       CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity)
	            ELSE coalesce(nullif(l.issued_quantity - l.returned_quantity, 0), l.quantity) END,
	       g.repair_category, g.starts_on, g.ends_on, g.starts_km, g.ends_km, g.reworked_at
	  FROM guarantee g
	  JOIN store s ON s.id = g.store_id
	  JOIN work_order w ON w.id = g.work_order_id
	  JOIN work_order_line l ON l.id = g.line_id
	 WHERE g.vehicle_id = wanted
$$;

-- How often the work of a guarantee has come back with the time that begins now, in whichever store: one more than the last time that was done.
CREATE OR REPLACE FUNCTION comeback_repeat(of_guarantee uuid, of_line uuid, at timestamptz) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT coalesce(max(c.repeat), 0) + 1
	  FROM comeback c
	 WHERE c.delivered_at <= at
	   AND (c.line_id = of_line OR c.guarantee_id = of_guarantee)
$$;

-- The guarantees whose comebacks an order delivers end with it, in whichever store they were given.
CREATE OR REPLACE FUNCTION guarantees_rework(of_order uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE guarantee g
	   SET reworked_by_store_id = c.store_id, reworked_by_line_id = c.line_id, reworked_at = at,
	       version = g.version + 1, updated_at = at, changed = pg_current_xact_id()
	  FROM comeback c
	 WHERE c.work_order_id = of_order AND c.guarantee_id = g.id AND c.delivered_at = at
$$;

-- Whether the store that did the work first owes for it: done again elsewhere, for nothing, and at fault as far as anybody says.
CREATE OR REPLACE FUNCTION comeback_is_owed(c comeback) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT c.of_store_id <> c.store_id AND c.payer <> 'customer' AND c.objection <> 'upheld'
	       AND CASE WHEN c.cause IN ('unrelated', 'customer_use', 'not_found') THEN false ELSE true END
$$;

-- What a comeback comes to: its line, and what was added to the order free under the guarantee.  That belongs to the comeback whose line stands
-- before it, or to the first.
CREATE OR REPLACE FUNCTION comeback_amount(c comeback) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
	SELECT coalesce(sum(billed_amount(l)), 0)::bigint
	  FROM work_order_line l
	 WHERE l.work_order_id = c.work_order_id AND l.status = 'authorised'
	   AND (l.id = c.line_id
	        OR l.payer = 'quality_guarantee'
	           AND NOT EXISTS (SELECT FROM comeback o WHERE o.line_id = l.id)
	           AND c.id = (SELECT k.id
	                         FROM comeback k
	                         JOIN work_order_line m ON m.id = k.line_id
	                        WHERE k.work_order_id = c.work_order_id AND k.cancelled_at IS NULL AND k.payer <> 'customer'
	                        ORDER BY m.position < l.position DESC, abs(m.position - l.position)
	                        LIMIT 1))
$$;

-- What a function returns is changed by making it anew.
DROP FUNCTION IF EXISTS comebacks_charged();
DROP FUNCTION IF EXISTS comebacks_charged(uuid, uuid, uuid, integer);

-- What other stores, or one's own, had to do again of the work of the caller's stores, the latest first: one, or a page, since what each comes
-- to is reckoned; and the charged store's objection, which stands with the
-- comeback of the other.
DO $do$
BEGIN
	EXECUTE format($f$
CREATE FUNCTION comebacks_charged(wanted uuid, of_store uuid, before uuid, page integer)
RETURNS TABLE (id uuid, version bigint, store_id uuid, store_name text, work_order_number text, of_store_id uuid, of_line_id uuid, description text,
               payer text, cause text, amount bigint, objection text, objection_reason text, objection_note text, delivered_at timestamptz,
               cancelled_at timestamptz, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT c.id, c.version, c.store_id, s.name, w.number, c.of_store_id, c.of_line_id, l.description, c.payer, c.cause,
	       CASE WHEN c.delivered_at IS NOT NULL AND comeback_is_owed(c) THEN comeback_amount(c) ELSE 0 END,
	       c.objection, c.objection_reason, c.objection_note, c.delivered_at, c.cancelled_at, c.created_at
	  FROM comeback c
	  JOIN store s ON s.id = c.store_id
	  JOIN work_order w ON w.id = c.work_order_id
	  JOIN work_order_line l ON l.id = c.of_line_id
	 WHERE (wanted IS NULL OR c.id = wanted)
	   AND (of_store IS NULL OR c.of_store_id = of_store)
	   AND (before IS NULL OR c.id < before)
	   AND %1$s
	 ORDER BY c.id DESC
	 LIMIT page
$$$f$, fettle_store_predicate('c.of_store_id'));
	EXECUTE format($f$
CREATE OR REPLACE FUNCTION comeback_charged_lock(wanted uuid)
RETURNS TABLE (version bigint, store_id uuid, of_store_id uuid, objection text, owed boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT c.version, c.store_id, c.of_store_id, c.objection, c.delivered_at IS NOT NULL AND comeback_is_owed(c)
	  FROM comeback c
	 WHERE c.id = wanted AND %1$s
	   FOR NO KEY UPDATE
$$$f$, fettle_store_predicate('c.of_store_id'));
	EXECUTE format($f$
CREATE OR REPLACE FUNCTION comeback_object(wanted uuid, why text, by uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE comeback c
	   SET objection = 'open', objection_reason = why, objected_by = by, objected_at = at,
	       version = version + 1, updated_at = at, changed = pg_current_xact_id()
	 WHERE c.id = wanted AND c.objection = 'none' AND %1$s
$$$f$, fettle_store_predicate('c.of_store_id'));
END $do$;
