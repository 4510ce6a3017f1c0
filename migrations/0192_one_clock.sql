-- Clocks of one person on one line that overlapped, and orders that named another bay than the one their car stands on.

-- Each begins where those before it had ended; lines with a single clock are most.
UPDATE clock_entry e
   SET started_at = least(o.left_at, e.ended_at)
  FROM (SELECT c.id, c.started_at,
               max(c.ended_at) OVER (PARTITION BY c.line_id, c.technician_id ORDER BY c.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS left_at
          FROM clock_entry c
          JOIN (SELECT m.line_id, m.technician_id FROM clock_entry m GROUP BY m.line_id, m.technician_id HAVING count(*) > 1) m
            ON m.line_id = c.line_id AND m.technician_id = c.technician_id) o
 WHERE o.id = e.id AND o.started_at < o.left_at;

UPDATE work_order w
   SET bay_id = o.bay_id, changed = pg_current_xact_id()
  FROM bay_occupancy o
 WHERE o.ends_at = 'infinity' AND w.id = o.work_order_id AND w.bay_id IS DISTINCT FROM o.bay_id;
