-- A report's login reads some stores, or with no store named the whole chain, stores to come included.

ALTER TABLE bi_store DROP CONSTRAINT bi_store_pkey;
ALTER TABLE bi_store ALTER COLUMN store_id DROP NOT NULL;
ALTER TABLE bi_store ADD CONSTRAINT bi_store_key UNIQUE NULLS NOT DISTINCT (role_name, store_id);
