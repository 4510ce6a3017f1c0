-- Work of cancelled orders that still lay with technicians, and work put off that a line took up and let go of again.

-- By the index of each technician's lines: what is not done is little, whatever the history.
UPDATE work_order_line l
   SET work_status = 'none', updated_at = now(), changed = pg_current_xact_id()
  FROM (SELECT o.id
          FROM staff f
         CROSS JOIN LATERAL (SELECT x.id, x.work_order_id
                               FROM work_order_line x
                              WHERE x.technician_id = f.id AND x.work_status IN ('assigned', 'working', 'paused', 'failed')
                             OFFSET 0) o
          JOIN work_order w ON w.id = o.work_order_id
         WHERE w.status = 'cancelled') n
 WHERE l.id = n.id;

-- By the index of what was taken up.  What went on at another store is still taken up.
UPDATE work_order_line l
   SET revives_line_id = NULL, updated_at = now(), changed = pg_current_xact_id()
  FROM work_order w
 WHERE l.revives_line_id IS NOT NULL AND w.id = l.work_order_id
   AND CASE l.status WHEN 'withdrawn' THEN w.moved_to_id IS NULL OR l.reason IS DISTINCT FROM 'moved'
                     ELSE l.status IN ('proposed', 'authorised') AND w.status = 'cancelled' END;

-- Their pauses, and those of lines that a colleague has finished since: over when the line's last clock stopped.
UPDATE work_order_pause p
   SET resumed_at = greatest(p.paused_at, (SELECT max(e.ended_at) FROM clock_entry e WHERE e.line_id = p.line_id))
  FROM work_order_line l
 WHERE p.resumed_at IS NULL AND l.id = p.line_id AND l.work_status IN ('none', 'done', 'passed');
