-- For how many days an estimate holds for which nobody says: none, as it was.

ALTER TABLE store_policy ADD COLUMN estimate_valid_days integer CONSTRAINT store_policy_estimate_days_check CHECK (estimate_valid_days BETWEEN 1 AND 365);
