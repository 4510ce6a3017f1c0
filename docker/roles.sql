-- SPDX-License-Identifier: Apache-2.0
-- The roles and the database that Fettle expects of a PostgreSQL server of yours; run once, by psql 15, as superuser.
-- (Without a server the daemon keeps a private one, and makes these itself.)

\set ON_ERROR_STOP on
\getenv owner_password FETTLE_OWNER_PASSWORD
\getenv app_password FETTLE_APP_PASSWORD
\getenv bi_password FETTLE_BI_PASSWORD

-- Migrations; owns every table.
CREATE ROLE fettle_owner LOGIN PASSWORD :'owner_password';
-- The daemon: owns nothing, sees what row security shows.
CREATE ROLE fettle_app LOGIN PASSWORD :'app_password';
-- Owner of the few functions that must see past row security; nobody logs in as it.
CREATE ROLE fettle_definer NOLOGIN BYPASSRLS;
GRANT fettle_definer TO fettle_owner;
-- Business intelligence: the views of schema bi.
CREATE ROLE fettle_bi LOGIN PASSWORD :'bi_password';

CREATE DATABASE fettle OWNER fettle_owner;
REVOKE ALL ON DATABASE fettle FROM PUBLIC;
GRANT CONNECT ON DATABASE fettle TO fettle_app, fettle_bi;
