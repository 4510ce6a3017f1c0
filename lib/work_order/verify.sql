-- For `fettled verify`: what is somebody's work, and how long they were at it.

-- Nobody has work of an order that came to nothing, and what a line let go of waits again; whoever is done does not stand still; and nobody is at one line twice at a time.

-- name: verify_work   unnamed
SELECT st.code AS store_code, w.number AS subject, d.what || ' of line ' || l.position AS what, d.expected, d.found
  FROM (SELECT o.id AS line_id, 'work' AS what, 'none' AS expected, o.work_status AS found
          FROM work_order w
          JOIN work_order_line o ON o.work_order_id = w.id
         WHERE w.status = 'cancelled' AND o.work_status NOT IN ('none', 'done', 'passed')
        UNION ALL
        SELECT o.id, 'revived line', 'none', coalesce(o.revives_line_id, o.revives_elsewhere_id)::text
          FROM work_order_line o
          JOIN work_order w ON w.id = o.work_order_id
         WHERE (o.revives_line_id IS NOT NULL OR o.revives_elsewhere_id IS NOT NULL)
           AND (o.status = 'withdrawn' OR o.status IN ('proposed', 'authorised') AND w.status = 'cancelled')
        UNION ALL
        SELECT o.id, 'running pause', 'none', 'since ' || p.paused_at
          FROM work_order_pause p
          JOIN work_order_line o ON o.id = p.line_id
         WHERE p.resumed_at IS NULL AND o.work_status IN ('none', 'done', 'passed')
        UNION ALL
        SELECT c.line_id, 'clock', 'not before ' || c.left_at, c.started_at::text
          FROM (SELECT e.line_id, e.started_at,
                       max(e.ended_at) OVER (PARTITION BY e.line_id, e.technician_id ORDER BY e.started_at, e.ended_at, e.id
                                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS left_at
                  FROM clock_entry e
                 WHERE e.voided_at IS NULL) c
         WHERE c.started_at < c.left_at) d
  JOIN work_order_line l ON l.id = d.line_id
  JOIN work_order w ON w.id = l.work_order_id
  JOIN store st ON st.id = l.store_id
 ORDER BY store_code, subject, what;
