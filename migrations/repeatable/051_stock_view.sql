-- Views of the stock.

-- The instants between which some days of a store lie.  (OFFSET 0: under row security only plain instants are looked for in an index.)
CREATE OR REPLACE FUNCTION store_days(of_zone text, first_day date, last_day date) RETURNS TABLE (begins timestamptz, ends timestamptz)
LANGUAGE sql STABLE AS $$
	SELECT first_day::timestamp AT TIME ZONE of_zone, (last_day + 1)::timestamp AT TIME ZONE of_zone OFFSET 0
$$;

-- A part in a store: there, in quarantine or damaged of that, held, being counted, on its way by transfers (what goes back, to where it came from),
-- on order, and waited for.
CREATE OR REPLACE FUNCTION stock_position(of_store uuid, of_part uuid)
RETURNS TABLE (on_hand numeric, quarantine numeric, reserved numeric, available numeric, frozen numeric, value bigint, in_transit numeric,
               on_order numeric, back_order numeric)
LANGUAGE sql STABLE AS $$
	SELECT l.on_hand, l.quarantine, l.reserved, l.on_hand - l.quarantine - l.reserved, l.frozen, l.value, c.quantity + b.quantity, o.quantity, d.quantity
	  FROM (SELECT coalesce(sum(l.on_hand), 0) AS on_hand, coalesce(sum(l.on_hand) FILTER (WHERE w.purpose <> 'stock'), 0) AS quarantine,
	               coalesce(sum(l.reserved), 0) AS reserved,
	               coalesce(sum(l.on_hand) FILTER (WHERE l.stocktake_id IS NOT NULL), 0) AS frozen, coalesce(sum(l.value), 0)::bigint AS value
	          FROM stock_level l JOIN warehouse w ON w.id = l.warehouse_id
	         WHERE l.store_id = of_store AND l.part_id = of_part) l,
	       (SELECT coalesce(sum(n.shipped_quantity - n.received_quantity - n.returned_quantity - n.disputed_quantity - n.lost_quantity), 0) AS quantity
	          FROM transfer_line n JOIN transfer t ON t.id = n.transfer_id
	         WHERE n.store_id = of_store AND n.part_id = of_part AND n.received_quantity + n.returned_quantity + n.lost_quantity < n.shipped_quantity
	           AND t.status <> 'returning') c,
	       (SELECT coalesce(sum(n.shipped_quantity - n.received_quantity - n.returned_quantity - n.disputed_quantity - n.lost_quantity), 0) AS quantity
	          FROM transfer t JOIN transfer_line n ON n.transfer_id = t.id
	         WHERE t.from_store_id = of_store AND t.status = 'returning' AND n.part_id = of_part) b,
	       (SELECT coalesce(sum(o.quantity - o.received_quantity), 0) AS quantity
	          FROM purchase_order_line o
	         WHERE o.store_id = of_store AND o.part_id = of_part AND o.ordered AND o.received_quantity < o.quantity) o,
	       (SELECT coalesce(sum(d.short_quantity), 0) AS quantity
	          FROM demand d
	         WHERE d.store_id = of_store AND d.part_id = of_part AND d.status IN ('open', 'on_order', 'in_transfer') AND d.kind <> 'stock') d
$$;

-- The bands in which the age of stock is told: days, both included.
CREATE OR REPLACE FUNCTION stock_age_bands() RETURNS TABLE (band bigint, from_days integer, to_days integer)
LANGUAGE sql IMMUTABLE AS $$
	VALUES (1::bigint, 0, 30), (2, 31, 90), (3, 91, 180), (4, 181, 365), (5, 366, NULL)
$$;

-- How long what a store has of its parts (or of one) has lain: first in, first out, so that what is left came last.  What came back from an order, by
-- a counter-document or from another warehouse of the store did not come anew; a receipt that was reversed never came.  idle_days: since
-- any of it was asked for or, if that was before it came, since the oldest of it came.
CREATE OR REPLACE FUNCTION stock_ages(of_store uuid, of_part uuid, at timestamptz)
RETURNS TABLE (part_id uuid, today date, on_hand numeric, value bigint, received_on date, issued_on date, idle_days integer, quantities numeric[], worth bigint[])
LANGUAGE sql STABLE AS $$
	WITH place AS MATERIALIZED (
		SELECT s.id, s.time_zone, (at AT TIME ZONE s.time_zone)::date AS today FROM store s WHERE s.id = of_store
	)
	SELECT l.part_id, s.today, l.on_hand, l.value, y.latest, i.day,
	       s.today - coalesce(greatest(i.day, y.oldest), s.today), b.quantities, b.worth
	  FROM place s
	 CROSS JOIN LATERAL (
	       SELECT l.part_id, sum(l.on_hand) AS on_hand, sum(l.value)::bigint AS value
	         FROM stock_level l
	        WHERE l.store_id = s.id AND (of_part IS NULL OR l.part_id = of_part)
	        GROUP BY l.part_id
	       HAVING sum(l.on_hand) > 0) l
	  LEFT JOIN LATERAL (
	       SELECT (m.at AT TIME ZONE s.time_zone)::date AS day
	         FROM stock_movement m
	        WHERE m.store_id = s.id AND m.part_id = l.part_id AND m.kind IN ('issue', 'sale')
	        ORDER BY m.at DESC, m.id DESC
	        LIMIT 1) i ON true
	 CROSS JOIN LATERAL (
	       SELECT min(y.day) AS oldest, max(y.day) AS latest, array_agg(y.day) AS days, array_agg(y.quantity) AS layers
	         FROM (SELECT (m.at AT TIME ZONE s.time_zone)::date AS day, least(m.quantity, l.on_hand - m.before) AS quantity
	                 FROM (SELECT m.at, m.quantity, sum(m.quantity) OVER (ORDER BY m.at DESC, m.id DESC) - m.quantity AS before
	                         FROM stock_movement m
	                         JOIN stock_document n ON n.store_id = m.store_id AND n.id = m.document_id
	                        WHERE m.store_id = s.id AND m.part_id = l.part_id AND m.quantity > 0 AND m.kind <> 'return'
	                          AND n.status <> 'reversed' AND n.reverses_id IS NULL
	                          AND NOT (n.transfer_id IS NOT NULL
	                                   AND EXISTS (SELECT FROM transfer t WHERE t.id = n.transfer_id AND t.from_store_id = m.store_id))) m
	                WHERE m.before < l.on_hand) y) y
	 CROSS JOIN LATERAL (
	       SELECT array_agg(c.quantity ORDER BY c.band) AS quantities,
	              array_agg((round(l.value * c.up_to / l.on_hand) - round(l.value * (c.up_to - c.quantity) / l.on_hand))::bigint ORDER BY c.band) AS worth
	         FROM (SELECT g.band, g.quantity, sum(g.quantity) OVER (ORDER BY g.band) AS up_to
	                 FROM (SELECT b.band, coalesce(sum(g.quantity), 0) AS quantity
	                         FROM stock_age_bands() b
	                         LEFT JOIN unnest(y.days, y.layers) g (day, quantity)
	                              ON s.today - g.day >= b.from_days AND (s.today - g.day <= b.to_days) IS NOT FALSE
	                        GROUP BY b.band) g) c) b
$$;

-- ABC: the parts of a store by what they were issued for in twelve months at cost, less what came back: A while those before are worth less than
-- so many of a hundred of it, then B, then C.  Parts that lie there unasked for are C.
CREATE OR REPLACE FUNCTION stock_classes(of_store uuid, a_percent integer, b_percent integer, at timestamptz)
RETURNS TABLE (part_id uuid, class text, place bigint, issued_quantity numeric, issued_value bigint, up_to_bp integer, on_hand numeric, value bigint)
LANGUAGE sql STABLE AS $$
	WITH span AS MATERIALIZED (
		SELECT s.id, ((at AT TIME ZONE s.time_zone)::date - interval '12 months') AT TIME ZONE s.time_zone AS begins FROM store s WHERE s.id = of_store
	), issued AS (
		SELECT m.part_id, greatest(-sum(m.quantity), 0) AS quantity, greatest(-sum(m.value), 0)::bigint AS value
		  FROM span s
		  JOIN stock_movement m ON m.store_id = s.id AND m.at >= s.begins
		 WHERE m.kind IN ('issue', 'return', 'sale')
		 GROUP BY m.part_id
	), there AS (
		SELECT l.part_id, sum(l.on_hand) AS on_hand, sum(l.value)::bigint AS value
		  FROM span s JOIN stock_level l ON l.store_id = s.id
		 GROUP BY l.part_id
		HAVING sum(l.on_hand) > 0
	), ranked AS (
		SELECT coalesce(i.part_id, t.part_id) AS part_id, coalesce(i.quantity, 0) AS quantity, coalesce(i.value, 0) AS issued, coalesce(t.on_hand, 0) AS on_hand,
		       coalesce(t.value, 0) AS value, row_number() OVER byvalue AS place, sum(coalesce(i.value, 0)) OVER byvalue AS up_to, sum(i.value) OVER () AS whole
		  FROM issued i
		  FULL JOIN there t ON t.part_id = i.part_id
		WINDOW byvalue AS (ORDER BY coalesce(i.value, 0) DESC, coalesce(i.part_id, t.part_id) ROWS UNBOUNDED PRECEDING)
	)
	SELECT r.part_id,
	       CASE WHEN r.issued = 0 THEN 'c' WHEN (r.up_to - r.issued) * 100 < r.whole * a_percent THEN 'a'
	            WHEN (r.up_to - r.issued) * 100 < r.whole * b_percent THEN 'b' ELSE 'c' END,
	       r.place, r.quantity, r.issued, round(r.up_to * 10000 / nullif(r.whole, 0))::integer, r.on_hand, r.value
	  FROM ranked r
$$;

-- What other stores could give of a part to a store that is short of it: nothing else of them is told.  Franchises and certified workshops keep
-- their books to themselves, so they are not told of, and are told nothing.
CREATE OR REPLACE FUNCTION stock_elsewhere(of_store uuid, of_part uuid, wanted numeric, at timestamptz)
RETURNS TABLE (store_id uuid, code text, name text, near boolean, available numeric, days_since_issue integer, idle_days integer, leaves_under_minimum boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT s.id, s.code, s.name, s.region_id = o.region_id, l.on_hand - l.reserved, a.today - a.issued_on, a.idle_days,
	       (greatest(l.on_hand - l.reserved - wanted, 0) < l.minimum) IS TRUE
	  FROM store o
	  JOIN store s ON s.id <> o.id AND s.kind IN ('own', 'warehouse') AND s.deleted_at IS NULL
	  JOIN warehouse w ON w.store_id = s.id AND w.is_default
	  JOIN stock_level l ON l.store_id = s.id AND l.warehouse_id = w.id AND l.part_id = of_part AND l.on_hand > l.reserved AND l.stocktake_id IS NULL
	 CROSS JOIN LATERAL stock_ages(s.id, of_part, at) a
	 WHERE o.id = of_store AND o.kind IN ('own', 'warehouse')
$$;
