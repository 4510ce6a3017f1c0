-- Limits of stock.

-- A level that crosses one of its limits is an event of the limit, once for each time: whatever moved or held the parts, in its
-- transaction.  Back above the minimum is no crossing, even where it is still to be ordered.
CREATE OR REPLACE FUNCTION stock_limit_crossed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO event (id, at, type, store_id, subject_type, subject_id, data, actor_id, request_id)
	VALUES ((left(replace(id_at(NEW.updated_at)::text, '-', ''), 12) || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
	        NEW.updated_at, 'stock_limit.' || NEW.alert, NEW.store_id, 'stock_limit', NEW.limit_id,
	        jsonb_build_object('warehouse_id', NEW.warehouse_id, 'part_id', NEW.part_id, 'on_hand', trim_scale(NEW.on_hand),
	                           'available', trim_scale(NEW.on_hand - NEW.reserved)),
	        nullif(current_setting('app.actor', true), '')::uuid, nullif(current_setting('app.request', true), ''));
	RETURN NULL;
END $$;

-- The condition is all that a level without limits costs.
DROP TRIGGER IF EXISTS crossed ON stock_level;
CREATE TRIGGER crossed AFTER UPDATE ON stock_level FOR EACH ROW
	WHEN (NEW.alert IS NOT NULL AND NEW.alert IS DISTINCT FROM OLD.alert
	      AND (NEW.alert = 'at_reorder_point' AND OLD.alert = 'under_minimum') IS NOT TRUE)
	EXECUTE FUNCTION stock_limit_crossed();
