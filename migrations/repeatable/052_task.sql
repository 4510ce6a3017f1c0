-- What customers are called about.

-- Of what an order wants, or else what a customer wants of a store without an order: whether some of it is still missing, and
-- when the last of what is held now came, where it was not there at once.
CREATE OR REPLACE FUNCTION parts_awaited(of_store uuid, of_order uuid, of_customer uuid) RETURNS TABLE (waiting boolean, arrived_at timestamptz)
LANGUAGE sql STABLE AS $$
	SELECT coalesce(bool_or(d.status <> 'reserved' AND d.short_quantity > 0), false),
	       max(r.created_at) FILTER (WHERE d.status = 'reserved' AND r.created_at > d.created_at)
	  FROM (SELECT o.id, o.status, o.kind, o.short_quantity, o.created_at FROM demand o WHERE o.work_order_id = of_order
	        UNION ALL
	        SELECT c.id, c.status, c.kind, c.short_quantity, c.created_at
	          FROM demand c
	         WHERE of_order IS NULL AND c.customer_id = of_customer AND c.work_order_id IS NULL AND c.store_id = of_store) d
	  LEFT JOIN reservation r ON r.demand_id = d.id AND r.status = 'active'
	 WHERE d.status IN ('open', 'on_order', 'in_transfer', 'reserved') AND d.kind <> 'stock'
$$;
