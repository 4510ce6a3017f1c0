-- Parts: what succeeds one, and which fit a vehicle.

-- What day it is for what belongs to no store.
CREATE OR REPLACE FUNCTION chain_day(at timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (at AT TIME ZONE 'Asia/Shanghai')::date;

-- The end of the chain of successors that hold on a day; the part itself where none does.
CREATE OR REPLACE FUNCTION part_current(of_part uuid, on_day date) RETURNS uuid
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE chain (id, n) AS (
		SELECT of_part, 0
		 UNION ALL
		SELECT r.by_part_id, c.n + 1
		  FROM chain c
		  JOIN part_replacement r ON r.of_part_id = c.id AND r.kind = 'successor' AND r.valid_from <= on_day AND (r.valid_to > on_day) IS NOT FALSE
		 WHERE c.n < 100
	)
	SELECT c.id FROM chain c ORDER BY c.n DESC LIMIT 1
$$;

-- Whether a part is replaced by another in the end, from a day on.
CREATE OR REPLACE FUNCTION part_ends_in(of_part uuid, wanted uuid, since date) RETURNS boolean
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE chain (id) AS (
		SELECT of_part
		 UNION
		SELECT r.by_part_id
		  FROM chain c
		  JOIN part_replacement r ON r.of_part_id = c.id AND r.kind = 'successor' AND (r.valid_to > since) IS NOT FALSE
	)
	SELECT EXISTS (SELECT FROM chain c WHERE c.id = wanted)
$$;

-- The parts that are known to fit a vehicle: what a fitment does not say, holds for all.
DROP FUNCTION IF EXISTS parts_fitting(uuid);
CREATE FUNCTION parts_fitting(of_vehicle uuid) RETURNS TABLE (part_id uuid)
LANGUAGE sql STABLE AS $$
	WITH car AS MATERIALIZED (SELECT lower(v.make) AS make, lower(v.model) AS model, v.model_year FROM vehicle v WHERE v.id = of_vehicle)
	SELECT f.part_id
	  FROM car c
	  JOIN part_fitment f ON lower(f.make) = c.make AND lower(f.model) = c.model
	 WHERE (f.year_from IS NULL OR f.year_from <= c.model_year) AND (f.year_to IS NULL OR f.year_to >= c.model_year)
	UNION
	SELECT f.part_id
	  FROM car c
	  JOIN part_fitment f ON lower(f.make) = c.make AND lower(f.model) IS NULL
	 WHERE (f.year_from IS NULL OR f.year_from <= c.model_year) AND (f.year_to IS NULL OR f.year_to >= c.model_year)
$$;
