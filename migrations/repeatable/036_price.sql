-- What a part costs by the mark-up matrix of a store's class: the cost of what the store has of it, or of its last receipt,
-- and the mark-up of its band, rounded.  NULL: there is no matrix, or no cost.
CREATE OR REPLACE FUNCTION markup_price(of_store uuid, class text, of_part uuid) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
	matrix record;
	cost   numeric;
	steps  numeric;
BEGIN
	SELECT m.id, m.rounding, m.rounding_fen INTO matrix
	  FROM markup_matrix m
	 WHERE m.store_class IN ('', class) AND m.deleted_at IS NULL
	 ORDER BY m.store_class DESC LIMIT 1;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	SELECT nullif(sum(l.value), 0) / sum(l.on_hand) INTO cost
	  FROM stock_level l
	 WHERE l.store_id = of_store AND l.part_id = of_part AND l.on_hand > 0;
	IF cost IS NULL THEN
		SELECT nullif(s.value, 0) / s.quantity INTO cost
		  FROM stock_movement s
		 WHERE s.store_id = of_store AND s.part_id = of_part AND s.kind = 'receipt' AND s.quantity > 0
		 ORDER BY s.at DESC, s.id DESC LIMIT 1;
	END IF;
	SELECT cost * (10000 + b.markup_bp) / 10000 / matrix.rounding_fen INTO steps
	  FROM markup_band b
	 WHERE b.matrix_id = matrix.id AND b.cost_from <= cost
	 ORDER BY b.cost_from DESC LIMIT 1;
	RETURN CASE matrix.rounding WHEN 'up' THEN ceil(steps) WHEN 'down' THEN floor(steps) ELSE round(steps) END * matrix.rounding_fen;
END $$;

-- What the customer agreed to before the work, and what is billed of it now: each line that is in either.  Until the work is done
-- parts count as they are planned.  Agreed to before: up to the first estimate that was accepted, or without one all consents before work
-- began, at whichever store that was; the first of all in any case.
CREATE OR REPLACE FUNCTION order_variance(of_order uuid)
RETURNS TABLE (line_id uuid, "position" integer, kind text, description text, payer text, status text, estimated bigint, billed bigint)
LANGUAGE sql STABLE AS $$
	SELECT l.id, l.position, l.kind, l.description, l.payer, l.status,
	       CASE WHEN l.authorisation_id = ANY (f.ids) THEN l.amount ELSE 0 END,
	       CASE WHEN l.status <> 'authorised' THEN 0
	            WHEN w.status IN ('completed', 'settled', 'delivered', 'closed') THEN billed_amount(l) ELSE l.amount END
	  FROM work_order w
	  JOIN work_order_line l ON l.work_order_id = w.id
	 CROSS JOIN LATERAL (
	       SELECT coalesce(w.estimated_until,
	                       (SELECT min(e.decided_at) FROM estimate e WHERE e.work_order_id = w.id AND e.status IN ('accepted', 'partly_accepted')),
	                       w.started_at, 'infinity') AS until) k
	 CROSS JOIN LATERAL (
	       SELECT array_agg(a.id) FILTER (WHERE a.at <= k.until OR a.nth = 1) AS ids
	         FROM (SELECT n.id, n.at, row_number() OVER (ORDER BY n.at, n.id) AS nth FROM authorisation n WHERE n.work_order_id = w.id) a) f
	 WHERE w.id = of_order AND (l.status = 'authorised' OR l.authorisation_id = ANY (f.ids))
$$;

-- A discount that was written before its limit was stays as it is.
DROP FUNCTION IF EXISTS discount_limit(uuid, integer, uuid);
