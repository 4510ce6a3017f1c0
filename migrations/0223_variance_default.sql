-- A bill more than a fifth from what was agreed to asks for a reason, in stores that begin from now on; others keep their limit.

ALTER TABLE store_policy ALTER COLUMN variance_limit_bp SET DEFAULT 2000;
