-- Batches.

-- Whether pieces of a part are told apart: as its master says, else those of key classes by batch.
CREATE OR REPLACE FUNCTION part_tracking(tracking text, key_class integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(tracking, CASE WHEN key_class IS NOT NULL THEN 'batch' ELSE 'none' END);

-- Whether there is any of a part in the chain, in a store or between two.
CREATE OR REPLACE FUNCTION part_in_stock(part uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT EXISTS (SELECT FROM stock_level l WHERE l.part_id = part AND l.on_hand > 0)
	    OR EXISTS (SELECT FROM transfer_line t WHERE t.part_id = part AND t.received_quantity + t.returned_quantity + t.lost_quantity < t.shipped_quantity)
$$;

-- Of which batches a line of a transfer is on its way, and at what cost.  It left the store that gives, whose movements the other one
-- does not see.
CREATE OR REPLACE FUNCTION transfer_line_batches(of_line uuid) RETURNS TABLE (batch_id uuid, quantity numeric, value numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT v.batch_id, -sum(v.quantity), -sum(v.value)
	  FROM stock_document_line l
	  JOIN batch_movement v ON v.line_id = l.id
	 WHERE l.transfer_line_id = of_line
	 GROUP BY v.batch_id
	HAVING sum(v.quantity) < 0
$$;

-- The batch of a number that a supplier delivers, made where no store had any of it yet; of what nobody delivers now (it was found) the
-- latest of that number, whoever delivered it.  Row security hides those of other stores.
CREATE OR REPLACE FUNCTION part_batch_of(fresh uuid, part uuid, supplier uuid, batch_number text, certificate text, at timestamptz) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	WITH known AS (
		SELECT b.id FROM part_batch b WHERE supplier IS NULL AND b.part_id = part AND b.number = batch_number ORDER BY b.id DESC LIMIT 1
	), made AS (
		INSERT INTO part_batch (id, part_id, supplier_id, number, certificate_number, created_at)
		SELECT fresh, part, supplier, batch_number, certificate, at WHERE NOT EXISTS (SELECT FROM known)
		ON CONFLICT (part_id, number, supplier_id) DO UPDATE SET certificate_number = coalesce(part_batch.certificate_number, EXCLUDED.certificate_number)
		RETURNING id
	)
	SELECT id FROM known UNION ALL SELECT id FROM made
$$;

-- What a portion of a quantity is worth, in fen; all of it is worth all.
CREATE OR REPLACE FUNCTION value_share(value numeric, portion numeric, whole numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN portion = whole THEN value ELSE round(value * portion / whole) END;

-- Write down what of one movement is of a batch; worth NULL: the part is not costed by batch.
CREATE OR REPLACE FUNCTION batch_move(m stock_movement, batch uuid, much numeric, worth bigint, serial boolean DEFAULT false) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO batch_stock (store_id, warehouse_id, part_id, batch_id, quantity, value, serial, first_at)
	VALUES (m.store_id, m.warehouse_id, m.part_id, batch, greatest(much, 0), greatest(coalesce(worth, 0), 0), serial, m.at)
	ON CONFLICT (store_id, warehouse_id, part_id, batch_id) DO UPDATE
	   SET quantity = batch_stock.quantity + much, value = batch_stock.value + coalesce(worth, 0), serial = EXCLUDED.serial OR batch_stock.serial;
	INSERT INTO batch_movement (movement_id, batch_id, store_id, document_id, line_id, quantity, value, at)
	VALUES (m.id, batch, m.store_id, m.document_id, m.line_id, much, worth, m.at);
$$;

-- What leaves: of the batch that the line names, of what a reversed document brought, what came by the order line that it goes back for,
-- what just came and counts as lost on its way; else of the oldest: what is of no known batch is older than all.  What it was worth.
CREATE OR REPLACE FUNCTION batches_take(m stock_movement, l stock_document_line, d stock_document, by_batch boolean) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	lost boolean := d.kind = 'scrap' AND l.transfer_line_id IS NOT NULL;
	origin boolean := d.reverses_id IS NOT NULL OR l.purchase_order_line_id IS NOT NULL OR lost;
	b record;
	rest numeric := -m.quantity;
	portion numeric;
	share bigint;
	worth bigint := 0;
	there batch_stock;
	unknown numeric;
	unknown_value numeric;
BEGIN
	SELECT greatest(m.on_hand_after - m.quantity - coalesce(sum(s.quantity), 0), 0), m.value_after - m.value - coalesce(sum(s.value), 0) INTO unknown, unknown_value
	  FROM batch_stock s WHERE s.store_id = m.store_id AND s.warehouse_id = m.warehouse_id AND s.part_id = m.part_id;
	IF unknown > 0 AND NOT origin AND l.batch_number IS NULL THEN
		portion := least(rest, unknown);
		worth := value_share(unknown_value, portion, unknown);
		rest := rest - portion;
		unknown := unknown - portion;
		unknown_value := unknown_value - worth;
	END IF;
	-- first as much as came from there, then of whatever there is
	FOR b IN SELECT s.batch_id, p.most
	           FROM batch_stock s
	           JOIN part_batch k ON k.id = s.batch_id
	          CROSS JOIN LATERAL (SELECT sum(v.quantity) AS came
	                                FROM batch_movement v
	                                JOIN stock_document_line o ON o.id = v.line_id
	                               WHERE origin AND v.batch_id = s.batch_id
	                                 AND CASE WHEN d.reverses_id IS NOT NULL THEN v.document_id IN (d.reverses_id, d.id)
	                                          WHEN lost THEN o.transfer_line_id = l.transfer_line_id AND v.at = m.at
	                                          ELSE o.purchase_order_line_id = l.purchase_order_line_id END) f
	          CROSS JOIN LATERAL (SELECT 1 AS turn, f.came AS most WHERE f.came > 0 UNION ALL SELECT 2, NULL WHERE NOT lost) p
	          WHERE s.store_id = m.store_id AND s.warehouse_id = m.warehouse_id AND s.part_id = m.part_id AND s.quantity > 0
	            AND (l.batch_number IS NULL OR k.number = l.batch_number)
	          ORDER BY p.turn, s.first_at, s.batch_id
	LOOP
		EXIT WHEN rest = 0;
		SELECT * INTO there FROM batch_stock s
		 WHERE s.store_id = m.store_id AND s.warehouse_id = m.warehouse_id AND s.part_id = m.part_id AND s.batch_id = b.batch_id;
		portion := least(rest, there.quantity, b.most);
		CONTINUE WHEN portion = 0;
		share := value_share(there.value, portion, there.quantity);
		PERFORM batch_move(m, b.batch_id, -portion, CASE WHEN by_batch THEN -share END);
		worth := worth + share;
		rest := rest - portion;
	END LOOP;
	IF rest > 0 AND l.batch_number IS NOT NULL OR rest > unknown THEN
		RAISE EXCEPTION 'batch %', l.batch_number USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_stock_quantity_check', TABLE = 'batch_stock';
	END IF;
	RETURN worth + CASE WHEN rest > 0 THEN value_share(unknown_value, rest, unknown) ELSE 0 END;
END $$;

-- What comes in: as the batch that the line names; back from where it went, at what it left with; a delivery without a batch is one of its
-- own.  What it is worth.
CREATE OR REPLACE FUNCTION batches_put(m stock_movement, l stock_document_line, d stock_document, tracking text, by_batch boolean, fresh uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	b record;
	rest numeric := m.quantity;
	portion numeric;
	share bigint;
	worth bigint := 0;
	batch uuid;
BEGIN
	FOR b IN SELECT n.batch_id, n.quantity, n.value
	           FROM (SELECT t.batch_id, t.quantity, t.value FROM transfer_line_batches(l.transfer_line_id) t WHERE l.transfer_line_id IS NOT NULL
	                 UNION ALL
	                 SELECT v.batch_id, -sum(v.quantity), -sum(v.value)
	                   FROM stock_document_line o
	                   JOIN batch_movement v ON v.line_id = o.id
	                  WHERE o.work_order_line_id = l.work_order_line_id
	                  GROUP BY v.batch_id
	                 UNION ALL
	                 SELECT v.batch_id, -sum(v.quantity), -sum(v.value)
	                   FROM stock_document_line o
	                   JOIN batch_movement v ON v.line_id = o.id
	                  WHERE o.sales_order_line_id = l.sales_order_line_id
	                  GROUP BY v.batch_id
	                 UNION ALL
	                 SELECT v.batch_id, -sum(v.quantity), -sum(v.value)
	                   FROM batch_movement v
	                   JOIN part_batch k ON k.id = v.batch_id
	                  WHERE v.document_id IN (d.reverses_id, d.id) AND k.part_id = m.part_id AND d.reverses_id IS NOT NULL
	                  GROUP BY v.batch_id) n
	          WHERE n.quantity > 0
	          ORDER BY n.batch_id DESC
	LOOP
		EXIT WHEN rest = 0;
		portion := least(rest, b.quantity);
		-- it may have left before the part was costed by batch
		share := CASE WHEN b.value >= 0 THEN value_share(b.value, portion, b.quantity) ELSE value_share(greatest(m.value - worth, 0), portion, rest) END;
		PERFORM batch_move(m, b.batch_id, portion, CASE WHEN by_batch THEN share END);
		worth := worth + share;
		rest := rest - portion;
	END LOOP;
	IF rest = 0 THEN
		RETURN worth;
	END IF;
	share := greatest(m.value - worth, 0);
	IF (d.kind = 'receipt' OR l.batch_number IS NOT NULL) AND d.reverses_id IS NULL THEN
		IF tracking = 'serial' AND l.batch_number IS NULL THEN
			RAISE EXCEPTION 'no serial number' USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_stock_serial_check', TABLE = 'batch_stock';
		END IF;
		batch := part_batch_of(fresh, m.part_id, d.supplier_id, coalesce(l.batch_number, d.number), l.certificate_number, m.at);
		IF d.kind <> 'receipt' AND l.unit_cost IS NULL THEN
			-- found: worth what the rest of its batch is
			SELECT coalesce(max(value_share(s.value, rest, s.quantity)), share) INTO share
			  FROM batch_stock s
			 WHERE by_batch AND s.store_id = m.store_id AND s.warehouse_id = m.warehouse_id AND s.part_id = m.part_id AND s.batch_id = batch AND s.quantity > 0;
		END IF;
		PERFORM batch_move(m, batch, rest, CASE WHEN by_batch THEN share END, tracking = 'serial');
	END IF;
	RETURN worth + share;
END $$;

-- All that a document is about to move of tracked parts, in the order of the ledger; the levels are locked.  fresh: an id for each of its
-- movements, should it bring a batch.  What those are worth that are costed by batch; values_after and the others are without it.
CREATE OR REPLACE FUNCTION stock_batches_post(of_store uuid, of_warehouse uuid, of_document uuid, moved_at timestamptz, fresh uuid[], movements uuid[],
                                              lines uuid[], parts uuid[], quantities numeric[], costs bigint[], on_hands numeric[], values_after bigint[])
RETURNS TABLE (nth integer, value bigint)
LANGUAGE plpgsql AS $$
DECLARE
	l stock_document_line;
	d stock_document;
	m stock_movement;
	tracking text;
	by_batch boolean;
	off jsonb := '{}';  -- by how much the value of each part is not what was thought
	worth bigint;
BEGIN
	-- how they are costed cannot change before this is over
	PERFORM FROM part p WHERE p.id = ANY (parts) ORDER BY p.id FOR SHARE;
	SELECT * INTO d FROM stock_document k WHERE k.id = of_document;
	FOR n IN 1 .. cardinality(parts)
	LOOP
		SELECT * INTO l FROM stock_document_line k WHERE k.id = lines[n];
		SELECT part_tracking(p.tracking, p.key_class), p.costing = 'batch' INTO tracking, by_batch FROM part p WHERE p.id = parts[n];
		CONTINUE WHEN tracking = 'none';
		m.id := movements[n];
		m.store_id := of_store;
		m.warehouse_id := of_warehouse;
		m.part_id := parts[n];
		m.document_id := of_document;
		m.line_id := lines[n];
		m.quantity := quantities[n];
		m.value := costs[n];
		m.on_hand_after := on_hands[n];
		m.value_after := values_after[n] + coalesce((off ->> parts[n]::text)::bigint, 0);
		m.at := moved_at;
		IF m.quantity < 0 THEN
			worth := -batches_take(m, l, d, by_batch);
		ELSE
			worth := batches_put(m, l, d, tracking, by_batch, fresh[n]);
		END IF;
		IF by_batch THEN
			off := off || jsonb_build_object(parts[n]::text, coalesce((off ->> parts[n]::text)::bigint, 0) + worth - m.value);
			nth := n;
			value := worth;
			RETURN NEXT;
		END IF;
	END LOOP;
END $$;
