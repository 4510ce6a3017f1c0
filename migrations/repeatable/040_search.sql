-- Each key of a customer or a vehicle, once more for every store that knows it.

GRANT SELECT, INSERT, DELETE ON search_key TO fettle_definer;
GRANT UPDATE ON customer, vehicle TO fettle_definer;  -- to lock them

CREATE OR REPLACE FUNCTION search_key_spread() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	IF NEW.subject = 'customer' THEN
		INSERT INTO search_key (kind, key, subject, subject_id, store_id)
		SELECT NEW.kind, NEW.key, NEW.subject, NEW.subject_id, l.store_id
		  FROM customer_store l WHERE l.customer_id = NEW.subject_id
		ON CONFLICT DO NOTHING;
	ELSE
		INSERT INTO search_key (kind, key, subject, subject_id, store_id)
		SELECT NEW.kind, NEW.key, NEW.subject, NEW.subject_id, l.store_id
		  FROM vehicle_store l WHERE l.vehicle_id = NEW.subject_id
		ON CONFLICT DO NOTHING;
	END IF;
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION search_key_withdraw() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	DELETE FROM search_key k
	 WHERE k.kind = OLD.kind AND k.subject = OLD.subject AND k.key = OLD.key AND k.subject_id = OLD.subject_id
	   AND k.store_id = ANY (CASE OLD.subject
	       WHEN 'customer' THEN ARRAY(SELECT l.store_id FROM customer_store l WHERE l.customer_id = OLD.subject_id)
	       ELSE ARRAY(SELECT l.store_id FROM vehicle_store l WHERE l.vehicle_id = OLD.subject_id) END);
	RETURN NULL;
END $$;

-- A store gets to know a customer or a vehicle.  The lock waits for one who changes the keys right now, and makes the
-- next one see the new store.
CREATE OR REPLACE FUNCTION search_key_share() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
	known uuid;
BEGIN
	IF TG_TABLE_NAME = 'customer_store' THEN
		known := NEW.customer_id;
		PERFORM FROM customer c WHERE c.id = known FOR SHARE;
	ELSE
		known := NEW.vehicle_id;
		PERFORM FROM vehicle v WHERE v.id = known FOR SHARE;
	END IF;
	INSERT INTO search_key (kind, key, subject, subject_id, store_id)
	SELECT k.kind, k.key, k.subject, k.subject_id, NEW.store_id
	  FROM search_key k WHERE k.subject_id = known AND k.store_id IS NULL
	ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS spread ON search_key;
CREATE TRIGGER spread AFTER INSERT ON search_key FOR EACH ROW
	WHEN (NEW.store_id IS NULL AND NEW.subject IN ('customer', 'vehicle')) EXECUTE FUNCTION search_key_spread();
DROP TRIGGER IF EXISTS withdraw ON search_key;
CREATE TRIGGER withdraw AFTER DELETE ON search_key FOR EACH ROW
	WHEN (OLD.store_id IS NULL AND OLD.subject IN ('customer', 'vehicle')) EXECUTE FUNCTION search_key_withdraw();
DROP TRIGGER IF EXISTS share ON customer_store;
CREATE TRIGGER share AFTER INSERT ON customer_store FOR EACH ROW EXECUTE FUNCTION search_key_share();
DROP TRIGGER IF EXISTS share ON vehicle_store;
CREATE TRIGGER share AFTER INSERT ON vehicle_store FOR EACH ROW EXECUTE FUNCTION search_key_share();
