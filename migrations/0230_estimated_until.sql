-- Up to when the customer was told first what an order costs: at the store where it began, of an order that has moved since.

ALTER TABLE work_order ADD COLUMN estimated_until timestamptz;

WITH RECURSIVE way AS (
	SELECT m.work_order_id, m.from_order_id, 1 AS stores
	  FROM work_order_move m
	UNION ALL
	SELECT y.work_order_id, m.from_order_id, y.stores + 1
	  FROM way y
	  JOIN work_order_move m ON m.work_order_id = y.from_order_id
), first AS (
	SELECT DISTINCT ON (y.work_order_id) y.work_order_id, k.until
	  FROM way y
	  JOIN work_order o ON o.id = y.from_order_id
	 CROSS JOIN LATERAL (
	       SELECT coalesce((SELECT min(e.decided_at) FROM estimate e WHERE e.work_order_id = o.id AND e.status IN ('accepted', 'partly_accepted')),
	                       o.started_at) AS until) k
	 WHERE k.until IS NOT NULL
	 ORDER BY y.work_order_id, y.stores DESC
)
UPDATE work_order w SET estimated_until = f.until FROM first f WHERE w.id = f.work_order_id AND w.delivered_at IS NULL;
