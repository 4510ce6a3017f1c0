-- The audit trigger on everything people edit, its partitions, and the rights of the roles.
-- Runs last, so that it sees every table and function.

-- A table with a version is one that people edit.
DO $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT c.relname::text AS name,
	                coalesce((SELECT array_agg(k.column_name) FROM audit_class k WHERE k.table_name = c.relname), '{}')::text AS hidden
	           FROM pg_class c
	           JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
	           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'changed' AND NOT a.attisdropped
	          WHERE c.relkind = 'r'
	LOOP
		EXECUTE format('DROP TRIGGER IF EXISTS audit ON %I', t.name);
		EXECUTE format('CREATE TRIGGER audit AFTER UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_row(%L)', t.name, t.hidden);
		EXECUTE format('DROP TRIGGER IF EXISTS audit_added ON %I', t.name);
		EXECUTE format('CREATE TRIGGER audit_added AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit_added(%L)',
		               t.name, t.hidden);
	END LOOP;
END $$;

-- This month and twelve ahead; what falls outside goes to the default partition.
CREATE OR REPLACE PROCEDURE audit_partitions()
LANGUAGE plpgsql AS $$
DECLARE
	month date;
BEGIN
	FOR month IN SELECT generate_series(date_trunc('month', clock_timestamp()), date_trunc('month', clock_timestamp()) + interval '12 months', interval '1 month')::date
	LOOP
		IF to_regclass(format('audit_entry_%s', to_char(month, 'YYYYMM'))) IS NULL THEN
			EXECUTE format('CREATE TABLE %I PARTITION OF audit_entry FOR VALUES FROM (%L) TO (%L)',
			               'audit_entry_' || to_char(month, 'YYYYMM'), month, (month + interval '1 month')::date);
		END IF;
	END LOOP;
END $$;
CALL audit_partitions();

GRANT USAGE ON SCHEMA public TO fettle_app, fettle_definer, fettle_bi_views;
REVOKE USAGE ON SCHEMA public FROM fettle_bi;
GRANT CREATE ON SCHEMA public TO fettle_definer;  -- to own its functions
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM fettle_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO fettle_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO fettle_app;

DO $$
DECLARE
	t record;
BEGIN
	-- nothing that opens a door, and nothing that would change the past
	REVOKE ALL ON credential, login_failure, session, tablet_secret, bi_store, audit_class FROM fettle_app;
	REVOKE INSERT, UPDATE, DELETE ON schema_migration, customer_twin FROM fettle_app;
	REVOKE INSERT, UPDATE, DELETE ON audit_entry FROM fettle_app;
	REVOKE UPDATE, DELETE ON event, access_log, stock_movement, work_order_stage, complaint_step, price_change, appointment_step, clock_correction, stocktake_count, batch_movement, waste_entry, bin_move, bin_movement, task_attempt FROM fettle_app;
	FOR t IN SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_entry'::regclass
	LOOP
		EXECUTE format('REVOKE ALL ON %s FROM fettle_app', t.name);
	END LOOP;
END $$;

-- Definer functions belong to a role that bypasses row security and has only what they read and write.
DO $$
DECLARE
	f record;
BEGIN
	GRANT SELECT ON session, staff, staff_grant, store, api_key, link, credential, customer, customer_store,
	      customer_contact, vehicle, vehicle_store, vehicle_plate, occupation TO fettle_definer;
	GRANT SELECT (id, status, reception_id) ON appointment TO fettle_definer;
	GRANT SELECT (id, status, appointment_id) ON reception TO fettle_definer;
	GRANT SELECT (id, status, reception_id, moved_to_id, deleted_at) ON work_order TO fettle_definer;
	GRANT SELECT ON transfer, transfer_line, stock_document_line, batch_movement TO fettle_definer;
	GRANT SELECT, INSERT, UPDATE ON part_batch TO fettle_definer;
	GRANT SELECT ON stock_level, stock_movement, warehouse TO fettle_definer;
	GRANT SELECT (id, store_id, status, reverses_id, transfer_id) ON stock_document TO fettle_definer;
	GRANT SELECT, UPDATE ON demand TO fettle_definer;
	GRANT INSERT, UPDATE ON credential, session TO fettle_definer;
	GRANT SELECT, INSERT, UPDATE ON tablet_secret, tablet_use TO fettle_definer;
	GRANT SELECT, UPDATE ON tablet TO fettle_definer;
	GRANT SELECT, INSERT, UPDATE, DELETE ON login_failure TO fettle_definer;
	GRANT UPDATE, DELETE ON occupation TO fettle_definer;
	GRANT INSERT ON audit_entry, customer_store, vehicle_store TO fettle_definer;
	FOR f IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p
	           JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'public'
	          WHERE p.prosecdef
	LOOP
		EXECUTE format('ALTER FUNCTION %s OWNER TO fettle_definer', f.name);
		EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f.name);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO fettle_app, fettle_owner', f.name);
	END LOOP;
END $$;
