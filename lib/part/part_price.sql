-- Prices of the catalogue, told by the parts' numbers.

-- In the order of the parts: two lists at once wait for each other one way round only.
-- name: part_prices_lock
SELECT n.nth - 1 AS position, p.id, p.price_audited, p.sale_price <> n.price AS other, n.last
  FROM (SELECT l.norm, coalesce(l.brand, '') AS brand, l.price, l.nth, row_number() OVER (PARTITION BY l.norm, coalesce(l.brand, '') ORDER BY l.nth DESC) = 1 AS last
          FROM unnest(:numbers_norm::text[], :prices.brand::text[], :prices.sale_price::bigint[]) WITH ORDINALITY l (norm, brand, price, nth)) n
  JOIN part p ON p.number_norm = n.norm AND p.brand = n.brand
 WHERE p.deleted_at IS NULL
 ORDER BY p.id
   FOR NO KEY UPDATE OF p;

-- name: part_prices_changed
INSERT INTO price_change (id, part_id, basis, old_price, new_price, at, actor_id)
SELECT c.id, p.id, 'piece', p.sale_price, c.price, :now, :actor_id
  FROM unnest(:change_ids::uuid[], :part_ids::uuid[], :prices::bigint[]) c (id, part_id, price)
  JOIN part p ON p.id = c.part_id;

-- name: part_prices_set
UPDATE part p
   SET sale_price = n.price, version = p.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:part_ids::uuid[], :prices::bigint[]) n (part_id, price)
 WHERE p.id = n.part_id;
