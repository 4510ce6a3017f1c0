-- Sales to customers.

-- What the price list of the store's class, or of all, asks for a part on a day.
CREATE OR REPLACE FUNCTION part_listed_price(class text, of_part uuid, day date) RETURNS bigint
LANGUAGE sql STABLE AS $$
	SELECT i.price
	  FROM listed_price i
	  JOIN price_list p ON p.id = i.price_list_id
	 WHERE i.subject_id = of_part AND p.store_class IN ('', class)
	   AND p.valid_from <= day AND coalesce(p.valid_to, 'infinity') >= day AND p.deleted_at IS NULL
	 ORDER BY p.store_class DESC
	 LIMIT 1
$$;

-- Fen: what the pieces of a line that stayed with the customer cost.
CREATE OR REPLACE FUNCTION sale_line_cost(l sales_order_line) RETURNS bigint
LANGUAGE sql STABLE AS $$
	SELECT -coalesce(sum(m.value), 0)::bigint
	  FROM stock_movement m JOIN stock_document_line dl ON dl.id = m.line_id
	 WHERE dl.sales_order_line_id = l.id AND m.store_id = l.store_id AND m.part_id = l.part_id
$$;
