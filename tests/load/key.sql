-- SPDX-License-Identifier: Apache-2.0
-- What every script of the large data set begins with.
\set ON_ERROR_STOP on
SET session_replication_role = replica;   -- no audit for rows that are loaded; foreign keys are checked when they are made anew
SET synchronous_commit = off;
SET work_mem = '64MB';

-- UUIDv7-like: the time in front, the kind and a counter behind, so that children can be computed.
CREATE FUNCTION pg_temp.key(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex(1700000000000 + n * 7), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid $$;

-- When it was made, says its id.
CREATE FUNCTION pg_temp.made(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT to_timestamp((1700000000000 + n * 7) / 1000.0) $$;
