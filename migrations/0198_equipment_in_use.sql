-- Equipment is capacity: the kinds that a slot takes, and whether a piece whose calibration is overdue still counts.
ALTER TABLE occupation ADD COLUMN equipment text[] NOT NULL DEFAULT '{}';
ALTER TABLE store_policy
	ADD COLUMN equipment_overdue text NOT NULL DEFAULT 'refuse' CONSTRAINT store_policy_equipment_overdue_check CHECK (equipment_overdue IN ('refuse', 'allow'));

-- Of what is still to come, a store at a time by occupation_store_idx.
WITH coming AS MATERIALIZED (
	SELECT k.id, coalesce(a.operation_ids, h.operation_ids) AS operation_ids
	  FROM store s
	 CROSS JOIN LATERAL (SELECT o.id FROM occupation o WHERE o.store_id = s.id AND o.starts_at > now() - interval '1 day') k
	  LEFT JOIN appointment a ON a.id = k.id
	  LEFT JOIN slot_hold h ON h.id = k.id
)
UPDATE occupation k
   SET equipment = n.kinds
  FROM (SELECT c.id, array_agg(DISTINCT o.equipment) AS kinds
          FROM coming c
          JOIN operation o ON o.id = ANY (c.operation_ids) AND o.equipment IS NOT NULL
         GROUP BY c.id) n
 WHERE k.id = n.id;
