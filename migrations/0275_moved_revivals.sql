-- What a line took up goes along with it to another store: the line there has it, and the one that was left behind no longer.

CREATE TEMPORARY TABLE moved_revival ON COMMIT DROP AS
WITH RECURSIVE way AS (
	SELECT l.id AS from_id, l.id AS to_id, coalesce(l.revives_line_id, l.revives_elsewhere_id) AS revived_id,
	       CASE WHEN l.revives_line_id IS NOT NULL THEN l.store_id ELSE l.revives_elsewhere_store_id END AS revived_store
	  FROM work_order_line l
	 WHERE l.status = 'withdrawn' AND (l.revives_line_id IS NOT NULL OR l.revives_elsewhere_id IS NOT NULL)
	UNION ALL
	SELECT w.from_id, m.line_id, w.revived_id, w.revived_store
	  FROM way w
	  JOIN work_order_line_move m ON m.from_line_id = w.to_id
)
SELECT DISTINCT ON (w.from_id) w.from_id, l.id AS to_id, l.store_id, w.revived_id, w.revived_store,
       l.status <> 'withdrawn' AND NOT (l.status IN ('proposed', 'authorised') AND o.status = 'cancelled')
       AND l.revives_line_id IS NULL AND l.revives_elsewhere_id IS NULL AS holds
  FROM way w
  JOIN work_order_line l ON l.id = w.to_id
  JOIN work_order o ON o.id = l.work_order_id
 ORDER BY w.from_id, l.id DESC;

ALTER TABLE work_order_line DISABLE TRIGGER USER;
UPDATE work_order_line l
   SET revives_line_id = NULL, revives_elsewhere_store_id = NULL, revives_elsewhere_id = NULL, changed = pg_current_xact_id()
  FROM moved_revival r
 WHERE l.id = r.from_id;
UPDATE work_order_line l
   SET revives_line_id = CASE WHEN r.revived_store = r.store_id THEN r.revived_id END,
       revives_elsewhere_store_id = CASE WHEN r.revived_store <> r.store_id THEN r.revived_store END,
       revives_elsewhere_id = CASE WHEN r.revived_store <> r.store_id THEN r.revived_id END, changed = pg_current_xact_id()
  FROM moved_revival r
 WHERE l.id = r.to_id AND r.holds;
ALTER TABLE work_order_line ENABLE TRIGGER USER;
