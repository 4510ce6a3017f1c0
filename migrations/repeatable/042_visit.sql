-- What the visits to come want in parts, how long who has come waits, and when a visit is over.

-- Whether an appointment's parts are still to be had ready: until the reception that took it has an order, which takes what it
-- proposes, or the customer has left.
CREATE OR REPLACE FUNCTION appointment_wants_parts(status text, reception uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN status IN ('pending', 'confirmed', 'arrived')
	       OR status = 'converted'
	          AND EXISTS (SELECT FROM reception r
	                       WHERE r.id = reception AND r.status <> 'left_without_service'
	                         AND NOT EXISTS (SELECT FROM work_order w WHERE w.reception_id = r.id AND w.deleted_at IS NULL));
END $$;

-- Of the appointments of a store that start from first on and before until and are still to come: what was booked with them,
-- and what the open orders of their vehicles still wait for.  What is free goes to who comes first, from today on; what is
-- reserved for an order is its own.  Nothing is reserved here: that begins with an order's line.
CREATE OR REPLACE FUNCTION appointment_parts(of_store uuid, first timestamptz, until timestamptz, at timestamptz)
RETURNS TABLE (appointment_id uuid, id uuid, source text, place integer, part_id uuid, quantity numeric, work_order_id uuid, package_id uuid,
               bin text, on_hand numeric, available numeric, on_order numeric, short numeric)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH coming AS MATERIALIZED (
		SELECT a.id, a.vehicle_id, a.starts_at
		  FROM (SELECT s.id, least(first, date_trunc('day', at AT TIME ZONE s.time_zone) AT TIME ZONE s.time_zone) AS begins
		          FROM store s WHERE s.id = of_store OFFSET 0) s
		  JOIN appointment a ON a.store_id = s.id AND a.starts_at >= s.begins AND a.starts_at < until
		                    AND appointment_wants_parts(a.status, a.reception_id)
	), wanted AS MATERIALIZED (
		SELECT c.id AS appointment_id, c.starts_at, p.id, CASE WHEN p.package_id IS NULL THEN 'booked' ELSE 'package' END AS source,
		       p.position AS place, p.part_id, p.quantity, NULL::uuid AS work_order_id, p.package_id, NULL::numeric AS reserved,
		       coalesce(sum(p.quantity) OVER (PARTITION BY p.part_id ORDER BY c.starts_at, c.id, p.position
		                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier
		  FROM coming c
		  JOIN appointment_part p ON p.appointment_id = c.id
		 UNION ALL
		SELECT c.id, c.starts_at, l.id, 'work_order', l.position, l.part_id, l.quantity - l.issued_quantity, w.id, NULL,
		       coalesce((SELECT sum(r.quantity) FROM reservation r WHERE r.work_order_line_id = l.id AND r.status = 'active'), 0), 0
		  FROM coming c
		  JOIN work_order w ON w.vehicle_id = c.vehicle_id AND w.store_id = of_store AND w.deleted_at IS NULL
		                   AND w.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused')
		  JOIN work_order_line l ON l.work_order_id = w.id AND l.kind = 'part' AND l.status = 'authorised' AND l.issued_quantity < l.quantity
	)
	SELECT w.appointment_id, w.id, w.source, w.place, w.part_id, w.quantity, w.work_order_id, w.package_id,
	       b.code, v.on_hand, v.available, d.quantity,
	       greatest(0, w.quantity - coalesce(w.reserved, greatest(0, v.available - w.earlier)))
	  FROM wanted w
	 CROSS JOIN LATERAL (
	       SELECT coalesce(sum(l.on_hand), 0) AS on_hand, coalesce(sum(l.on_hand - l.reserved), 0) AS available
	         FROM warehouse h
	         JOIN stock_level l ON l.store_id = h.store_id AND l.warehouse_id = h.id AND l.part_id = w.part_id
	        WHERE h.store_id = of_store AND h.is_default) v
	 CROSS JOIN LATERAL (
	       SELECT coalesce(sum(d.short_quantity), 0) AS quantity
	         FROM demand d
	        WHERE d.store_id = of_store AND d.part_id = w.part_id AND d.status IN ('on_order', 'in_transfer')) d
	  LEFT JOIN LATERAL (  -- in the order in which issues take it
	       SELECT y.code
	         FROM warehouse h
	         JOIN bin_stock s ON s.store_id = h.store_id AND s.warehouse_id = h.id AND s.part_id = w.part_id AND s.quantity > 0
	         JOIN bin y ON y.id = s.bin_id
	        WHERE h.store_id = of_store AND h.is_default
	        ORDER BY s.home DESC, y.code, y.id
	        LIMIT 1) b ON true
	 WHERE w.starts_at >= first;
END $$;

-- How long one ticket of a kind takes on this day, in minutes: as the last ten that were served, once there are three, else as the store's
-- policy says; by as many people as called one in the last hour.
CREATE OR REPLACE FUNCTION queue_pace(of_store uuid, of_day date, of_kind text, at timestamptz) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT CASE WHEN count(*) >= 3 THEN avg(extract(epoch FROM t.ended_at - t.called_at)) / 60
	                    ELSE (SELECT p.queue_minutes FROM store_policy p WHERE p.store_id = of_store) END
	          FROM (SELECT q.called_at, q.ended_at
	                  FROM queue_ticket q
	                 WHERE q.store_id = of_store AND q.day = of_day AND q.kind = of_kind AND q.status = 'served'
	                 ORDER BY q.ended_at DESC
	                 LIMIT 10) t)
	       / greatest(1, (SELECT count(DISTINCT q.called_by)
	                        FROM queue_ticket q
	                       WHERE q.store_id = of_store AND q.day = of_day AND q.kind = of_kind AND q.called_at > at - interval '1 hour'));
END $$;

-- How many wait before a place in the queue, and how long that may take; nothing of who does not wait.
CREATE OR REPLACE FUNCTION queue_wait(of_store uuid, of_day date, of_kind text, status text, place timestamptz, ticket uuid, at timestamptz)
RETURNS TABLE (ahead bigint, minutes bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	IF status <> 'waiting' THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT n.ahead, ceil(n.ahead * queue_pace(of_store, of_day, of_kind, at))::bigint
	  FROM (SELECT count(*) AS ahead
	          FROM queue_ticket q
	         WHERE q.store_id = of_store AND q.kind = of_kind AND q.status = 'waiting' AND q.day = of_day AND (q.queued_at, q.id) < (place, ticket)) n;
END $$;

-- Whether what a car was lent for is over: its order, or all that came of its booking, at whatever store they went on.
CREATE OR REPLACE FUNCTION visit_over(of_appointment uuid, of_order uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN (WITH RECURSIVE way AS (
	            SELECT w.id, w.status, w.moved_to_id
	              FROM work_order w
	             WHERE w.deleted_at IS NULL
	               AND w.id = ANY (CASE WHEN of_order IS NOT NULL THEN ARRAY[of_order]
	                                    ELSE ARRAY(SELECT o.id FROM reception r JOIN work_order o ON o.reception_id = r.id
	                                                WHERE r.appointment_id = of_appointment) END)
	            UNION ALL
	            SELECT n.id, n.status, n.moved_to_id FROM way y JOIN work_order n ON n.id = y.moved_to_id)
	        SELECT coalesce(bool_and(y.status IN ('delivered', 'closed', 'cancelled')),
	                        EXISTS (SELECT FROM appointment a LEFT JOIN reception r ON r.id = a.reception_id
	                                 WHERE a.id = of_appointment
	                                   AND (a.status IN ('declined', 'cancelled', 'no_show') OR r.status = 'left_without_service')))
	          FROM way y
	         WHERE y.moved_to_id IS NULL);
END $$;
