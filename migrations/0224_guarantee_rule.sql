-- Headquarters promises longer guarantees than the law does, never shorter ones.

ALTER TABLE guarantee_rule
	ADD COLUMN version    bigint NOT NULL DEFAULT 1,
	ADD COLUMN statutory  boolean NOT NULL DEFAULT false,
	ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN changed    xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE guarantee_rule ALTER COLUMN created_at DROP DEFAULT, ALTER COLUMN updated_at DROP DEFAULT;

-- What there was until now is the law's.
UPDATE guarantee_rule SET statutory = true WHERE id BETWEEN '019b76da-a800-7000-8000-000000000100' AND '019b76da-a800-7000-8000-000000000199';
