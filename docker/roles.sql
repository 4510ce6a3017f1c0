-- SPDX-License-Identifier: Apache-2.0
-- The database and its roles on a server of yours; run once, by psql 15, as superuser.
-- (Without a server the daemon keeps a private one, and makes these itself.)

\set ON_ERROR_STOP on
\getenv owner_password FETTLE_OWNER_PASSWORD
\getenv app_password FETTLE_APP_PASSWORD
\getenv bi_password FETTLE_BI_PASSWORD
\getenv bootstrap FETTLE_BOOTSTRAP

CREATE DATABASE fettle ENCODING 'UTF8' TEMPLATE template0;
\connect fettle
\i :bootstrap

ALTER ROLE fettle_owner PASSWORD :'owner_password';
ALTER ROLE fettle_app PASSWORD :'app_password';

-- A login for reports; once the schema is there, docs/bi.md tells how to give it stores.
CREATE ROLE reports LOGIN PASSWORD :'bi_password' IN ROLE fettle_bi;
