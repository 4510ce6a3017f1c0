-- Looking across the chain for a person or a vehicle by what identifies them exactly.

GRANT SELECT ON work_order, work_order_line, reception TO fettle_definer;
GRANT UPDATE ON vehicle, vehicle_plate TO fettle_definer;
GRANT SELECT ON vehicle_owner TO fettle_definer;
GRANT SELECT, INSERT ON customer_twin TO fettle_definer;

-- What everyone sees of a way to reach somebody.
CREATE OR REPLACE FUNCTION mask_contact(kind text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind WHEN 'phone' THEN mask_phone(value)
                 WHEN 'email' THEN left(value, 1) || '***' || substr(value, strpos(value, '@'))
                 ELSE left(value, 2) || '****' END;

-- The customer with this phone number: one the store knows first, then the oldest.  Two counters that ask for
-- the same number at once take turns, so that they do not both make the person.
CREATE OR REPLACE FUNCTION customer_find(wanted text, store uuid) RETURNS TABLE (id uuid, linked boolean)
LANGUAGE plpgsql VOLATILE ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('phone:' || wanted, 0));
	RETURN QUERY
	SELECT c.id, l.store_id IS NOT NULL
	  FROM (SELECT p.id FROM customer p WHERE p.phone = wanted
	        UNION
	        SELECT k.customer_id FROM customer_contact k
	         WHERE k.kind = 'phone' AND k.value = wanted AND k.deleted_at IS NULL) f
	  JOIN customer c ON c.id = f.id AND c.deleted_at IS NULL
	  LEFT JOIN customer_store l ON l.customer_id = c.id AND l.store_id = store
	 ORDER BY l.store_id IS NULL, c.phone IS DISTINCT FROM wanted, c.created_at, c.id
	 LIMIT 1;
END $$;

-- The vehicle of this VIN, and the one that carries this plate now.  VIN before plate: the order of the locks.
CREATE OR REPLACE FUNCTION vehicle_find(wanted_vin text, wanted_plate text)
RETURNS TABLE (vin_vehicle uuid, plate_vehicle uuid, plate_vin text)
LANGUAGE plpgsql VOLATILE ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	IF wanted_vin IS NOT NULL THEN
		PERFORM pg_advisory_xact_lock(hashtextextended('vin:' || wanted_vin, 0));
	END IF;
	IF wanted_plate IS NOT NULL THEN
		PERFORM pg_advisory_xact_lock(hashtextextended('plate:' || wanted_plate, 0));
	END IF;
	RETURN QUERY
	SELECT (SELECT v.id FROM vehicle v WHERE v.vin = wanted_vin AND v.deleted_at IS NULL), p.id, p.vin
	  FROM (SELECT 1) one
	  LEFT JOIN LATERAL (SELECT v.id, v.vin FROM vehicle v
	                      WHERE v.plate = wanted_plate AND v.deleted_at IS NULL
	                      ORDER BY v.updated_at DESC LIMIT 1) p ON true;
END $$;

-- A plate that a vehicle gets is no longer on another one, whichever store knows that.
CREATE OR REPLACE FUNCTION plate_release(wanted text, for_vehicle uuid, day date, at timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
	other uuid;
BEGIN
	FOR other IN
		UPDATE vehicle v SET plate = NULL, plate_kind = 'none', version = version + 1, updated_at = at,
		       changed = pg_current_xact_id()
		 WHERE v.plate = wanted AND v.id <> for_vehicle
		RETURNING v.id
	LOOP
		UPDATE vehicle_plate p SET to_date = greatest(p.from_date, day)
		 WHERE p.vehicle_id = other AND p.to_date IS NULL;
		DELETE FROM search_key k WHERE k.subject_id = other AND k.kind = 'plate' AND k.store_id IS NULL;
		RETURN NEXT other;
	END LOOP;
END $$;

-- One history over all stores: facts of the work, never prices.
CREATE OR REPLACE FUNCTION vehicle_history(wanted uuid)
RETURNS TABLE (id uuid, number text, store_id uuid, store_name text, status text, opened_at timestamptz,
               completed_at timestamptz, delivered_at timestamptz, odometer_km integer, work text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT w.id, w.number, w.store_id, s.name, w.status, w.opened_at, w.completed_at, w.delivered_at,
	       coalesce(w.odometer_out_km, r.odometer_km),
	       coalesce((SELECT array_agg(l.description ORDER BY l.position) FROM work_order_line l
	                  WHERE l.work_order_id = w.id AND l.status = 'authorised' AND l.kind IN ('labour', 'part', 'sublet')), '{}')
	  FROM work_order w
	  JOIN store s ON s.id = w.store_id
	  LEFT JOIN reception r ON r.id = w.reception_id
	 WHERE w.vehicle_id = wanted AND w.deleted_at IS NULL
$$;

-- Everything of one customer becomes another's: every table that has a customer_id, so that a new one is not
-- forgotten.  Runs with the caller's rights, who sees the whole chain.
CREATE OR REPLACE FUNCTION customer_repoint(gone uuid, kept uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT c.relname AS name,
	                EXISTS (SELECT FROM pg_attribute v WHERE v.attrelid = c.oid AND v.attname = 'version') AS versioned
	           FROM pg_class c
	           JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
	           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'customer_id' AND NOT a.attisdropped
	          WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'customer_store'
	            AND has_table_privilege(c.oid, 'UPDATE')
	          ORDER BY c.relname
	LOOP
		EXECUTE format('UPDATE %I SET customer_id = $1 %s WHERE customer_id = $2', t.name,
		               CASE WHEN t.versioned THEN ', version = version + 1, updated_at = $3, changed = pg_current_xact_id()' ELSE '' END)
		  USING kept, gone, at;
	END LOOP;
	INSERT INTO customer_store (customer_id, store_id, why, at)
	SELECT kept, l.store_id, 'merged', $3 FROM customer_store l WHERE l.customer_id = gone
	ON CONFLICT DO NOTHING;
	UPDATE customer SET merged_into = kept, changed = pg_current_xact_id() WHERE merged_into = gone;
END $$;

-- Who has a phone in common with another.  Two who are made at once take turns, as in customer_find.
CREATE OR REPLACE FUNCTION customer_twins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	IF NEW.phone IS NOT NULL THEN
		PERFORM pg_advisory_xact_lock(hashtextextended('phone:' || NEW.phone, 0));
		INSERT INTO customer_twin (id)
		SELECT t.id
		  FROM (SELECT c.id FROM customer c WHERE c.phone = NEW.phone AND c.id <> NEW.id AND c.deleted_at IS NULL LIMIT 1) o
		 CROSS JOIN LATERAL (VALUES (o.id), (NEW.id)) t (id)
		 ORDER BY t.id
		ON CONFLICT DO NOTHING;
	END IF;
	IF TG_OP = 'UPDATE' THEN
		PERFORM car_twins(o.vehicle_id, NEW.id) FROM vehicle_owner o WHERE o.customer_id = NEW.id;
	END IF;
	RETURN NULL;
END $$;

-- Who has a name and a car in common with another.
CREATE OR REPLACE FUNCTION car_twins(of_vehicle uuid, of_customer uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO customer_twin (id)
	SELECT t.id
	  FROM customer n
	  JOIN vehicle_owner p ON p.vehicle_id = of_vehicle AND p.customer_id <> n.id
	  JOIN customer o ON o.id = p.customer_id AND o.name = n.name AND o.deleted_at IS NULL
	 CROSS JOIN LATERAL (VALUES (n.id), (o.id)) t (id)
	 WHERE n.id = of_customer AND n.deleted_at IS NULL
	 ORDER BY t.id
	ON CONFLICT DO NOTHING
$$;

CREATE OR REPLACE FUNCTION owner_twins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM car_twins(NEW.vehicle_id, NEW.customer_id);
	RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS twins ON customer;
CREATE TRIGGER twins AFTER INSERT OR UPDATE OF phone, name ON customer FOR EACH ROW EXECUTE FUNCTION customer_twins();
DROP TRIGGER IF EXISTS twins ON vehicle_owner;
CREATE TRIGGER twins AFTER INSERT OR UPDATE OF customer_id ON vehicle_owner FOR EACH ROW EXECUTE FUNCTION owner_twins();
