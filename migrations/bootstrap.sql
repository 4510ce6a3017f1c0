-- SPDX-License-Identifier: Apache-2.0
-- Roles and rights that must exist before the first migration.  Run it as a superuser, in the new database:
--
--   createdb --encoding=UTF8 --template=template0 fettle
--   psql --dbname=fettle --file=migrations/bootstrap.sql
--
-- and give fettle_owner and fettle_app their passwords with ALTER ROLE.  It may be run again at any time.
-- The private cluster of fettled runs this same text.

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fettle_owner') THEN
		CREATE ROLE fettle_owner;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fettle_app') THEN
		CREATE ROLE fettle_app;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fettle_bi') THEN
		CREATE ROLE fettle_bi;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fettle_bi_views') THEN
		CREATE ROLE fettle_bi_views;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fettle_definer') THEN
		CREATE ROLE fettle_definer;
	END IF;
END
$$;

-- Migrations run as fettle_owner, the daemon as fettle_app; logins of reports are members of fettle_bi, which
-- reads the views of schema bi; these belong to fettle_bi_views, which has policies of its own and nothing
-- else; the few functions that look past row security belong to fettle_definer.
ALTER ROLE fettle_owner NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN;
ALTER ROLE fettle_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN;
ALTER ROLE fettle_bi NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOLOGIN;
ALTER ROLE fettle_bi_views NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOLOGIN;
ALTER ROLE fettle_definer NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS NOLOGIN;

-- So that migrations can say ALTER FUNCTION ... OWNER TO fettle_definer, and the same for the views.
GRANT fettle_definer, fettle_bi_views TO fettle_owner;

DO $$
BEGIN
	EXECUTE format('ALTER DATABASE %I OWNER TO fettle_owner', current_database());
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO fettle_app, fettle_bi', current_database());
END
$$;

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

ALTER SCHEMA public OWNER TO fettle_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO fettle_app, fettle_bi_views;
-- A function's owner must have CREATE where the function is.
GRANT USAGE, CREATE ON SCHEMA public TO fettle_definer;
