-- What could be promised.

-- name: promise_parts_named
SELECT true AS known
 WHERE NOT EXISTS (SELECT FROM unnest(:part_id::uuid[]) i (id)
                     LEFT JOIN part p ON p.id = i.id AND p.active AND p.deleted_at IS NULL
                    WHERE p.id IS NULL);

-- What is short and of which nobody says when it will be there, cannot be promised.
-- name: promise_simulation
SELECT s.id, s.time_zone, t.wanted AS "from", t.minutes, CASE WHEN p.short THEN :parts_at::timestamptz END AS parts_at,
       f.starts_at, f.finishes_at, b.id AS "bay.id", b.name AS "bay.name", w.id AS "technician.id", w.name AS "technician.name",
       CASE WHEN p.short AND :parts_at::timestamptz IS NULL THEN 'part' WHEN m.kind IS NOT NULL THEN 'equipment' ELSE f.limited_by END AS limited_by,
       coalesce(f.gains, '[]') AS gains
  FROM store s
 CROSS JOIN LATERAL (SELECT greatest(:from::timestamptz, :now::timestamptz) AS wanted,
                            (SELECT ceil(sum(o.standard_hours) * 60)::bigint
                               FROM unnest(:operation_id::uuid[]) i (id) JOIN operation o ON o.id = i.id) AS minutes) t
 CROSS JOIN LATERAL (
       SELECT coalesce(bool_or(n.quantity > coalesce((SELECT sum(l.on_hand - l.reserved) FROM warehouse h
                                                        JOIN stock_level l ON l.store_id = h.store_id AND l.warehouse_id = h.id
                                                       WHERE h.store_id = s.id AND h.is_default AND l.part_id = n.id), 0)), false) AS short
         FROM (SELECT i.id, sum(coalesce(i.quantity, 1)) AS quantity
                 FROM unnest(:part_id::uuid[], :quantity::numeric[]) i (id, quantity)
                WHERE i.id IS NOT NULL
                GROUP BY i.id) n) p
 CROSS JOIN LATERAL (SELECT equipment_missing(s.id, :operation_id::uuid[])::text AS kind) m
  LEFT JOIN LATERAL promise_simulate(s.id, :operation_id::uuid[], t.minutes, t.wanted, CASE WHEN p.short THEN :parts_at::timestamptz END, :now) f
         ON m.kind IS NULL AND (NOT p.short OR :parts_at::timestamptz IS NOT NULL)
  LEFT JOIN bay b ON b.id = f.bay_id
  LEFT JOIN staff w ON w.id = f.technician_id
 WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- name: promise_simulation_parts
SELECT :store_id::uuid AS _parent, p.id, p.number, p.name, n.quantity, v.available, greatest(n.quantity - v.available, 0) AS short
  FROM (SELECT i.id, sum(coalesce(i.quantity, 1)) AS quantity, min(i.place) AS place
          FROM unnest(:part_id::uuid[], :quantity::numeric[]) WITH ORDINALITY i (id, quantity, place)
         WHERE i.id IS NOT NULL
         GROUP BY i.id) n
  JOIN part p ON p.id = n.id
 CROSS JOIN LATERAL (SELECT coalesce(sum(l.on_hand - l.reserved), 0) AS available
                       FROM warehouse h
                       JOIN stock_level l ON l.store_id = h.store_id AND l.warehouse_id = h.id AND l.part_id = n.id
                      WHERE h.store_id = :store_id AND h.is_default) v
 ORDER BY n.place;
