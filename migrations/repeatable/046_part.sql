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
CREATE OR REPLACE FUNCTION parts_fitting(of_vehicle uuid) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
	SELECT ARRAY(SELECT DISTINCT f.part_id
	               FROM vehicle v
	               JOIN part_fitment f ON lower(f.make) = lower(v.make)
	                                  AND (f.model IS NULL OR lower(f.model) = lower(v.model))
	                                  AND (f.year_from IS NULL OR f.year_from <= v.model_year)
	                                  AND (f.year_to IS NULL OR f.year_to >= v.model_year)
	              WHERE v.id = of_vehicle)
$$;
