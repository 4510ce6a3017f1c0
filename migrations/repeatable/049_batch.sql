-- Batches.

-- Whether pieces of a part are told apart: as its master says, else those of key classes by batch.
CREATE OR REPLACE FUNCTION part_tracking(tracking text, key_class integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(tracking, CASE WHEN key_class IS NOT NULL THEN 'batch' ELSE 'none' END);

-- Of which batches a line of a transfer is on its way.  It left the store that gives, whose movements the other one does not see.
CREATE OR REPLACE FUNCTION transfer_line_batches(of_line uuid) RETURNS TABLE (batch_id uuid, quantity numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT v.batch_id, -sum(v.quantity)
	  FROM stock_document_line l
	  JOIN batch_movement v ON v.line_id = l.id
	 WHERE l.transfer_line_id = of_line
	 GROUP BY v.batch_id
	HAVING sum(v.quantity) < 0
$$;

-- The batch of a number that a supplier delivers, made where no store had any of it yet.  Row security hides those of other stores.
CREATE OR REPLACE FUNCTION part_batch_of(fresh uuid, part uuid, supplier uuid, batch_number text, certificate text, at timestamptz) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO part_batch (id, part_id, supplier_id, number, certificate_number, created_at)
	VALUES (fresh, part, supplier, batch_number, certificate, at)
	ON CONFLICT (part_id, number, supplier_id) DO UPDATE SET certificate_number = coalesce(part_batch.certificate_number, EXCLUDED.certificate_number)
	RETURNING id
$$;

-- Write down what of one movement is of a batch.
CREATE OR REPLACE FUNCTION batch_move(m stock_movement, batch uuid, much numeric, serial boolean DEFAULT false) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO batch_stock (store_id, warehouse_id, part_id, batch_id, quantity, serial, first_at)
	VALUES (m.store_id, m.warehouse_id, m.part_id, batch, greatest(much, 0), serial, m.at)
	ON CONFLICT (store_id, warehouse_id, part_id, batch_id) DO UPDATE SET quantity = batch_stock.quantity + much, serial = EXCLUDED.serial OR batch_stock.serial;
	INSERT INTO batch_movement (movement_id, batch_id, store_id, document_id, line_id, quantity, at)
	VALUES (m.id, batch, m.store_id, m.document_id, m.line_id, much, m.at);
$$;

-- What leaves: of the batch that the line names, of those that a reversed document brought, of the order line that it goes back for,
-- else of the oldest: what is of no known batch is older than all.
CREATE OR REPLACE FUNCTION batches_take(m stock_movement, l stock_document_line, reversed uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	b record;
	rest numeric := -m.quantity;
	unknown numeric;
BEGIN
	SELECT m.on_hand_after - m.quantity - coalesce(sum(s.quantity), 0) INTO unknown
	  FROM batch_stock s WHERE s.store_id = m.store_id AND s.warehouse_id = m.warehouse_id AND s.part_id = m.part_id;
	IF reversed IS NULL AND l.batch_number IS NULL AND l.purchase_order_line_id IS NULL THEN
		rest := rest - least(rest, greatest(unknown, 0));
	END IF;
	FOR b IN SELECT s.batch_id, s.quantity
	           FROM batch_stock s
	           JOIN part_batch k ON k.id = s.batch_id
	          CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM batch_movement v
	                                               JOIN stock_document_line o ON o.id = v.line_id
	                                              WHERE v.batch_id = s.batch_id
	                                                AND CASE WHEN reversed IS NOT NULL THEN v.document_id = reversed
	                                                         ELSE o.purchase_order_line_id = l.purchase_order_line_id END) AS origin) f
	          WHERE s.store_id = m.store_id AND s.warehouse_id = m.warehouse_id AND s.part_id = m.part_id AND s.quantity > 0
	            AND (l.batch_number IS NULL OR k.number = l.batch_number)
	          ORDER BY f.origin DESC, s.first_at, s.batch_id
	LOOP
		EXIT WHEN rest = 0;
		PERFORM batch_move(m, b.batch_id, -least(rest, b.quantity));
		rest := rest - least(rest, b.quantity);
	END LOOP;
	IF rest > 0 AND l.batch_number IS NOT NULL OR rest > greatest(unknown, 0) THEN
		RAISE EXCEPTION 'batch %', l.batch_number USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_stock_quantity_check', TABLE = 'batch_stock';
	END IF;
END $$;

-- What comes in: as the batch that the line names; back from where it went; a delivery without a batch is one of its own.
CREATE OR REPLACE FUNCTION batches_put(m stock_movement, l stock_document_line, d stock_document, tracking text, fresh uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	b record;
	rest numeric := m.quantity;
BEGIN
	FOR b IN SELECT n.batch_id, n.quantity
	           FROM (SELECT t.batch_id, t.quantity FROM transfer_line_batches(l.transfer_line_id) t WHERE l.transfer_line_id IS NOT NULL
	                 UNION ALL
	                 SELECT v.batch_id, -sum(v.quantity)
	                   FROM stock_document_line o
	                   JOIN batch_movement v ON v.line_id = o.id
	                  WHERE o.work_order_line_id = l.work_order_line_id
	                  GROUP BY v.batch_id
	                 UNION ALL
	                 SELECT v.batch_id, -sum(v.quantity)
	                   FROM stock_document_line o
	                   JOIN batch_movement v ON v.line_id = o.id
	                  WHERE o.sales_order_line_id = l.sales_order_line_id
	                  GROUP BY v.batch_id
	                 UNION ALL
	                 SELECT v.batch_id, -sum(v.quantity)
	                   FROM stock_movement o
	                   JOIN batch_movement v ON v.movement_id = o.id
	                  WHERE o.document_id IN (d.reverses_id, d.id) AND o.part_id = m.part_id AND d.reverses_id IS NOT NULL
	                  GROUP BY v.batch_id) n
	          WHERE n.quantity > 0
	          ORDER BY n.batch_id DESC
	LOOP
		EXIT WHEN rest = 0;
		PERFORM batch_move(m, b.batch_id, least(rest, b.quantity));
		rest := rest - least(rest, b.quantity);
	END LOOP;
	IF rest = 0 OR d.kind <> 'receipt' AND l.batch_number IS NULL OR d.reverses_id IS NOT NULL THEN
		RETURN;
	END IF;
	IF tracking = 'serial' AND l.batch_number IS NULL THEN
		RAISE EXCEPTION 'no serial number' USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_stock_serial_check', TABLE = 'batch_stock';
	END IF;
	PERFORM batch_move(m, part_batch_of(fresh, m.part_id, d.supplier_id, coalesce(l.batch_number, d.number), l.certificate_number, m.at), rest,
	                   tracking = 'serial');
END $$;

-- All that a document moved of tracked parts, in the order of the ledger; the levels are locked.  fresh: an id for each of its lines.
CREATE OR REPLACE FUNCTION stock_batches_post(document uuid, fresh uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	r record;
	n integer := 0;
BEGIN
	FOR r IN SELECT m, l, d, part_tracking(p.tracking, p.key_class) AS tracking
	           FROM stock_movement m
	           JOIN stock_document_line l ON l.id = m.line_id
	           JOIN stock_document d ON d.id = m.document_id
	           JOIN part p ON p.id = m.part_id
	          WHERE m.document_id = document AND part_tracking(p.tracking, p.key_class) <> 'none'
	          ORDER BY m.part_id, m.ordinal
	LOOP
		n := n + 1;
		IF (r.m).quantity < 0 THEN
			PERFORM batches_take(r.m, r.l, (r.d).reverses_id);
		ELSE
			PERFORM batches_put(r.m, r.l, r.d, r.tracking, fresh[n]);
		END IF;
	END LOOP;
END $$;
