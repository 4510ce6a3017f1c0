-- Where in a warehouse pieces lie.

-- Put pieces into a bin, or take them from it (much is negative).  fresh: the id of the row where the bin has had none of the part.
CREATE OR REPLACE FUNCTION bin_put(fresh uuid, of_movement uuid, of_store uuid, of_warehouse uuid, of_part uuid, of_bin uuid, much numeric, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE bin_stock
	   SET quantity = quantity + much, version = version + 1, updated_at = at, changed = pg_current_xact_id()
	 WHERE store_id = of_store AND warehouse_id = of_warehouse AND part_id = of_part AND bin_id = of_bin;
	IF NOT FOUND THEN
		INSERT INTO bin_stock (id, store_id, warehouse_id, bin_id, part_id, quantity, created_at, updated_at)
		VALUES (fresh, of_store, of_warehouse, of_bin, of_part, much, at, at);
	END IF;
	INSERT INTO bin_movement (movement_id, bin_id, store_id, part_id, quantity, at) VALUES (of_movement, of_bin, of_store, of_part, much, at);
END $$;

-- All that a document moved, bin by bin; the levels are locked.  What comes in goes where its line says, else home, else nobody says where; what leaves is
-- taken where its line says, then at home, then from the other bins by their codes, and in the end from what lies in none.  What a counter-document takes back
-- is where it went.  fresh: an id for each line.
CREATE OR REPLACE FUNCTION stock_bins_post(document uuid, fresh uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	m record;
	b record;
	n integer := 0;
	rest numeric;
BEGIN
	FOR m IN SELECT v.id, v.store_id, v.warehouse_id, v.part_id, v.quantity, v.at,
	                coalesce(l.bin_id, (SELECT w.bin_id
	                                      FROM stock_movement o
	                                      JOIN bin_movement w ON w.movement_id = o.id
	                                     WHERE o.document_id = d.reverses_id AND o.part_id = v.part_id
	                                     ORDER BY abs(w.quantity) DESC, w.bin_id
	                                     LIMIT 1)) AS bin_id
	           FROM stock_movement v
	           JOIN stock_document_line l ON l.id = v.line_id
	           JOIN stock_document d ON d.id = v.document_id
	          WHERE v.document_id = document
	          ORDER BY v.part_id, v.ordinal
	LOOP
		n := n + 1;
		rest := abs(m.quantity);
		FOR b IN SELECT s.bin_id, s.quantity
		           FROM bin_stock s
		           JOIN bin i ON i.id = s.bin_id
		          WHERE s.store_id = m.store_id AND s.warehouse_id = m.warehouse_id AND s.part_id = m.part_id
		            AND CASE WHEN m.quantity < 0 THEN s.quantity > 0 ELSE s.home AND m.bin_id IS NULL END
		          ORDER BY s.bin_id IS NOT DISTINCT FROM m.bin_id DESC, s.home DESC, i.code, s.bin_id
		LOOP
			EXIT WHEN rest = 0;
			IF m.quantity < 0 THEN
				PERFORM bin_put(NULL, m.id, m.store_id, m.warehouse_id, m.part_id, b.bin_id, -least(rest, b.quantity), m.at);
				rest := rest - least(rest, b.quantity);
			ELSE
				PERFORM bin_put(NULL, m.id, m.store_id, m.warehouse_id, m.part_id, b.bin_id, rest, m.at);
				rest := 0;
			END IF;
		END LOOP;
		IF m.quantity > 0 AND m.bin_id IS NOT NULL THEN
			PERFORM bin_put(fresh[n], m.id, m.store_id, m.warehouse_id, m.part_id, m.bin_id, rest, m.at);
		END IF;
	END LOOP;
END $$;

-- A bin that crosses one of its limits for a part is an event, once for each time.
CREATE OR REPLACE FUNCTION bin_stock_crossed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO event (id, at, type, store_id, subject_type, subject_id, data, actor_id, request_id)
	VALUES ((left(replace(id_at(NEW.updated_at)::text, '-', ''), 12) || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
	        NEW.updated_at, 'bin_stock.' || NEW.alert, NEW.store_id, 'bin_stock', NEW.id,
	        jsonb_build_object('bin_id', NEW.bin_id, 'part_id', NEW.part_id, 'quantity', trim_scale(NEW.quantity)),
	        nullif(current_setting('app.actor', true), '')::uuid, nullif(current_setting('app.request', true), ''));
	RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS crossed ON bin_stock;
CREATE TRIGGER crossed AFTER UPDATE ON bin_stock FOR EACH ROW
	WHEN (NEW.alert IS NOT NULL AND NEW.alert IS DISTINCT FROM OLD.alert)
	EXECUTE FUNCTION bin_stock_crossed();
