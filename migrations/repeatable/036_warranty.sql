-- Guarantees and comebacks over several stores: facts of the work, never prices.

GRANT SELECT ON comeback TO fettle_definer;
GRANT SELECT, UPDATE ON guarantee TO fettle_definer;

-- Those of a vehicle that the caller sees, from every store.
CREATE OR REPLACE FUNCTION vehicle_guarantees(wanted uuid)
RETURNS TABLE (id uuid, store_id uuid, store_name text, time_zone text, work_order_number text, line_id uuid, kind text, operation_id uuid,
               part_id uuid, description text, quantity numeric, repair_category text, starts_on date, ends_on date, starts_km integer,
               ends_km integer, reworked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT g.id, g.store_id, s.name, s.time_zone, w.number, g.line_id, l.kind, l.operation_id, l.part_id, l.description, l.quantity,
	       g.repair_category, g.starts_on, g.ends_on, g.starts_km, g.ends_km, g.reworked_at
	  FROM guarantee g
	  JOIN store s ON s.id = g.store_id
	  JOIN work_order w ON w.id = g.work_order_id
	  JOIN work_order_line l ON l.id = g.line_id
	 WHERE g.vehicle_id = wanted
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

-- What other stores, or one's own, had to do again of the work of the caller's stores.
DO $do$
BEGIN
	EXECUTE format($f$
CREATE OR REPLACE FUNCTION comebacks_charged()
RETURNS TABLE (id uuid, store_id uuid, store_name text, work_order_number text, of_store_id uuid, of_line_id uuid, description text,
               payer text, cause text, delivered_at timestamptz, cancelled_at timestamptz, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT c.id, c.store_id, s.name, w.number, c.of_store_id, c.of_line_id, l.description, c.payer, c.cause, c.delivered_at,
	       c.cancelled_at, c.created_at
	  FROM comeback c
	  JOIN store s ON s.id = c.store_id
	  JOIN work_order w ON w.id = c.work_order_id
	  JOIN work_order_line l ON l.id = c.of_line_id
	 WHERE %s
$$$f$, fettle_store_predicate('c.of_store_id'));
END $do$;
