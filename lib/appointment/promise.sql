-- What could be promised.

-- name: promise_parts_named
SELECT true AS known
 WHERE NOT EXISTS (SELECT FROM unnest(:part_id::uuid[]) i (id)
                     LEFT JOIN part p ON p.id = i.id AND p.active AND p.deleted_at IS NULL
                    WHERE p.id IS NULL);

-- name: promise_order_named
SELECT true AS known
 WHERE :work_order_id::uuid IS NULL
    OR EXISTS (SELECT FROM work_order w WHERE w.id = :work_order_id AND w.store_id = :store_id::uuid AND w.deleted_at IS NULL);

-- name: promise_appointment_named
SELECT true AS known
 WHERE :appointment_id::uuid IS NULL
    OR EXISTS (SELECT FROM appointment a WHERE a.id = :appointment_id AND a.store_id = :store_id::uuid);

-- What is short and of which nobody says when it will be there, cannot be promised.
-- name: promise_simulation
SELECT s.id, s.time_zone, t.wanted AS "from", k.minutes, CASE WHEN p.short THEN :parts_at::timestamptz END AS parts_at,
       f.starts_at, CASE WHEN NOT o.unknown THEN greatest(f.finishes_at, o.back) END AS finishes_at, b.id AS "bay.id", b.name AS "bay.name", w.id AS "technician.id", w.name AS "technician.name",
       CASE WHEN p.short AND :parts_at::timestamptz IS NULL THEN 'part' WHEN m.kind IS NOT NULL THEN 'equipment'
            WHEN o.unknown OR o.back > f.finishes_at THEN 'sublet' ELSE f.limited_by END AS limited_by,
       CASE WHEN o.unknown AND f.finishes_at IS NOT NULL OR o.back > f.finishes_at
            THEN jsonb_build_array(jsonb_build_object('limit', 'sublet', 'finishes_at', to_char(f.finishes_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
            ELSE coalesce(f.gains, '[]') END AS gains
  FROM store s
 CROSS JOIN LATERAL (SELECT greatest(:from::timestamptz, :now::timestamptz) AS wanted) t
 CROSS JOIN LATERAL promise_work(:operation_id::uuid[], :work_order_id::uuid, :appointment_id::uuid, :now) k
 CROSS JOIN LATERAL (SELECT coalesce(bool_or(n.quantity > n.available), false) AS short
                       FROM promise_parts(s.id, :part_id::uuid[], :quantity::numeric[], :work_order_id::uuid, :appointment_id::uuid) n) p
 -- what is out at a vendor is back when that was said, and nobody knows when what is late will be
 CROSS JOIN LATERAL (SELECT max(coalesce(d.due_at, :sublets_at::timestamptz)) AS back,
                            coalesce(bool_or(d.due_at IS NULL), false) AND :sublets_at::timestamptz IS NULL AS unknown
                       FROM work_order_line l
                       LEFT JOIN LATERAL (SELECT s.id, s.status, s.due_at FROM sublet s
                                           WHERE s.line_id = l.id AND s.status <> 'cancelled' AND s.failed_at IS NULL LIMIT 1) x ON true
                      CROSS JOIN LATERAL (SELECT CASE WHEN x.due_at > :now::timestamptz THEN x.due_at END AS due_at) d
                      WHERE l.work_order_id = :work_order_id::uuid AND l.kind = 'sublet' AND l.status = 'authorised'
                        AND (x.id IS NULL OR x.status IN ('planned', 'sent'))) o
 CROSS JOIN LATERAL (SELECT equipment_missing(s.id, k.operations, (t.wanted AT TIME ZONE s.time_zone)::date)::text AS kind) m
  LEFT JOIN LATERAL promise_simulate(s.id, k.operations, k.minutes, t.wanted, CASE WHEN p.short THEN :parts_at::timestamptz END, k.but_for, :now) f
         ON m.kind IS NULL AND (NOT p.short OR :parts_at::timestamptz IS NOT NULL)
  LEFT JOIN bay b ON b.id = f.bay_id
  LEFT JOIN staff w ON w.id = f.technician_id
 WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- name: promise_simulation_parts
SELECT :store_id::uuid AS _parent, p.id, p.number, p.name, n.quantity, n.available, greatest(n.quantity - n.available, 0) AS short
  FROM promise_parts(:store_id::uuid, :part_id::uuid[], :quantity::numeric[], :work_order_id::uuid, :appointment_id::uuid) n
  JOIN part p ON p.id = n.part_id
 ORDER BY n.place, p.id;
