-- What was done again under a guarantee, and a part that was fitted with outside work, had the period of the smallest repair where the line
-- itself said no category: they get what the law gives.

ALTER TABLE guarantee DISABLE TRIGGER USER;
-- By the comebacks, which are few.
UPDATE guarantee g
   SET repair_category = m.repair_category, rule_id = m.id, ends_on = g.starts_on + m.days, ends_km = g.starts_km + m.km,
       version = g.version + 1, changed = pg_current_xact_id()
  FROM comeback c
  JOIN guarantee n ON n.line_id = c.line_id
  JOIN guarantee o ON o.id = c.guarantee_id
  JOIN guarantee_rule y ON y.id = n.rule_id
 CROSS JOIN LATERAL (SELECT r.id, r.repair_category, r.days, r.km
                       FROM guarantee_rule r
                      WHERE r.vehicle_kind = y.vehicle_kind AND r.repair_category = o.repair_category AND r.valid_from <= n.starts_on
                      ORDER BY r.valid_from DESC
                      LIMIT 1) m
 WHERE c.delivered_at IS NOT NULL AND m.days > y.days AND g.id = n.id;

-- A part, by the longer guarantees of its order.
UPDATE guarantee g
   SET repair_category = m.repair_category, rule_id = m.rule_id, ends_on = m.ends_on, ends_km = g.starts_km + m.km,
       version = g.version + 1, changed = pg_current_xact_id()
  FROM (SELECT DISTINCT ON (p.id) p.id, o.repair_category, o.rule_id, o.ends_on, r.km
          FROM guarantee o
          JOIN guarantee p ON p.work_order_id = o.work_order_id AND p.ends_on < o.ends_on
          JOIN work_order_line i ON i.id = p.line_id AND i.kind = 'part'
          JOIN work_order_line j ON j.id = o.line_id AND j.kind IN ('labour', 'sublet')
          JOIN guarantee_rule r ON r.id = o.rule_id
         WHERE o.repair_category IN ('whole_vehicle', 'assembly', 'maint_2')
         ORDER BY p.id, r.days DESC, r.km DESC, o.rule_id) m
 WHERE g.id = m.id;
ALTER TABLE guarantee ENABLE TRIGGER USER;
