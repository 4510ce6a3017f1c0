-- Who sees what: one template for every policy, applied to every table with a store_id.

-- The principal's stores let a row through: its only store, the whole chain, the chain but for a list (what is in no
-- store included), or one of a list.
-- No OR and no bare cast: a setting that was never made is '', and OR spoils the row estimates.
CREATE OR REPLACE FUNCTION fettle_store_predicate(store_column text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN format($p$CASE WHEN %1$s = nullif(current_setting('app.store', true), '')::uuid THEN true
     WHEN current_setting('app.hq', true) = '1' THEN true
     WHEN current_setting('app.hq', true) = 'but'
     THEN (%1$s = ANY (nullif(current_setting('app.stores', true), '')::uuid[])) IS NOT TRUE
     ELSE %1$s = ANY (nullif(current_setting('app.stores', true), '')::uuid[]) END$p$, store_column);

-- Policy, forced row security and the app's rights for one table.
CREATE OR REPLACE PROCEDURE fettle_protect(table_name text, using_clause text, check_clause text DEFAULT NULL)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
	EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
	EXECUTE format('DROP POLICY IF EXISTS %I ON %I', table_name || '_scope', table_name);
	EXECUTE format('CREATE POLICY %I ON %I TO fettle_app, fettle_owner USING (%s) WITH CHECK (%s)',
	               table_name || '_scope', table_name, using_clause, coalesce(check_clause, using_clause));
END $$;

DO $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT c.relname::text AS name
	           FROM pg_class c
	           JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
	           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'store_id' AND NOT a.attisdropped
	          WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
	LOOP
		CALL fettle_protect(t.name, fettle_store_predicate('store_id'));
	END LOOP;
END $$;

-- A store is its own store.
CALL fettle_protect('store', fettle_store_predicate('id'));

-- Staff and grants: chain-wide people (no store) are seen by headquarters; a grant follows the staff member.  As a value and
-- not by EXISTS, which the planner would rather answer by reading all staff first.
CALL fettle_protect('staff_grant', '(SELECT true FROM staff f WHERE f.id = staff_id)');

-- A transfer is of both its stores.
CREATE OR REPLACE PROCEDURE fettle_protect_between(table_name text)
LANGUAGE plpgsql AS $$
BEGIN
	CALL fettle_protect(table_name, format('CASE WHEN %s THEN true ELSE %s END', fettle_store_predicate('store_id'), fettle_store_predicate('from_store_id')));
END $$;
CALL fettle_protect_between('transfer');
CALL fettle_protect_between('transfer_line');

-- Events, access log and audit of the chain itself belong to headquarters; anyone may add.
CALL fettle_protect('event', fettle_store_predicate('store_id'), 'true');
CALL fettle_protect('access_log', fettle_store_predicate('store_id'), 'true');

-- A key is visible to headquarters only; see also its operations.
CALL fettle_protect('api_key', $p$CASE WHEN current_setting('app.hq', true) = '1' THEN true
     ELSE id = nullif(current_setting('app.actor', true), '')::uuid END$p$);
CALL fettle_protect('api_key_use', 'EXISTS (SELECT FROM api_key k WHERE k.id = key_id)');
-- Keys are their caller's; the job that lets them go is nobody.
CALL fettle_protect('idempotency', $p$CASE WHEN actor_id = nullif(current_setting('app.actor', true), '')::uuid THEN true
     ELSE current_setting('app.hq', true) = '1' AND nullif(current_setting('app.actor', true), '') IS NULL END$p$);

-- Customers and vehicles belong to the chain; a store sees those it has a link to.  Making the link is
-- how a store gets to see one, and making the person comes before it, so INSERT has its own rule.
CREATE OR REPLACE PROCEDURE fettle_protect_linked(table_name text, link text, key text, id_column text)
LANGUAGE plpgsql AS $$
DECLARE
	seen text := format($p$CASE WHEN current_setting('app.hq', true) = '1' THEN true
     ELSE EXISTS (SELECT FROM %1$I l WHERE l.%2$I = %3$I.%4$I) END$p$, link, key, table_name, id_column);
BEGIN
	CALL fettle_protect(table_name, seen, 'true');
END $$;
CALL fettle_protect_linked('customer', 'customer_store', 'customer_id', 'id');
CALL fettle_protect_linked('customer_contact', 'customer_store', 'customer_id', 'customer_id');
CALL fettle_protect_linked('customer_twin', 'customer_store', 'customer_id', 'id');
CALL fettle_protect_linked('customer_consent', 'customer_store', 'customer_id', 'customer_id');
CALL fettle_protect_linked('vehicle', 'vehicle_store', 'vehicle_id', 'id');
-- A batch is known to the stores that ever had some of it.
CALL fettle_protect_linked('part_batch', 'batch_stock', 'batch_id', 'id');
CALL fettle_protect_linked('vehicle_owner', 'vehicle_store', 'vehicle_id', 'vehicle_id');
CALL fettle_protect_linked('vehicle_plate', 'vehicle_store', 'vehicle_id', 'vehicle_id');
CALL fettle_protect_linked('odometer_reading', 'vehicle_store', 'vehicle_id', 'vehicle_id');

-- Staged rows follow their import.
CALL fettle_protect('import_row', 'EXISTS (SELECT FROM import_job j WHERE j.id = import_id)');

-- Search keys: those of a store for its principals, those of the chain for everyone who sees the subject.
CALL fettle_protect('search_key', format('CASE WHEN store_id IS NULL THEN true ELSE %s END', fettle_store_predicate('store_id')));
-- Rules of the chain are for every store to read, and for headquarters to write.
CALL fettle_protect('routing_rule', format('CASE WHEN store_id IS NULL THEN true ELSE %s END', fettle_store_predicate('store_id')),
                    fettle_store_predicate('store_id'));
