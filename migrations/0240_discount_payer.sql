-- A discount's share is of what its own payer pays.  Those that were let pass by what others pay keep the share that they have of it.

UPDATE work_order_line l
   SET discount_limit_bp = CASE WHEN d.taken < d.gross THEN ceil(d.taken * 10000 / d.gross) ELSE 10000 END,
       updated_at = now(), changed = pg_current_xact_id()
  FROM (SELECT n.work_order_id, n.payer, sum(n.amount) FILTER (WHERE n.kind = 'discount') AS taken,
               coalesce(sum(n.amount) FILTER (WHERE n.kind <> 'discount'), 0) AS gross
          FROM work_order_line n
         WHERE n.status = 'authorised'
           AND n.work_order_id IN (SELECT t.work_order_id FROM work_order_line t WHERE t.discount_limit_bp IS NOT NULL AND t.status = 'authorised')
         GROUP BY n.work_order_id, n.payer
        HAVING sum(n.amount) FILTER (WHERE n.kind = 'discount')
               > floor(coalesce(sum(n.amount) FILTER (WHERE n.kind <> 'discount'), 0) * max(n.discount_limit_bp) / 10000)) d
 WHERE l.work_order_id = d.work_order_id AND l.payer = d.payer AND l.kind = 'discount' AND l.status = 'authorised'
   AND l.discount_limit_bp IS NOT NULL;
