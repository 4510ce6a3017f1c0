-- How many times an item has come back within its chain of guarantees: the first time is 1.

ALTER TABLE comeback ADD COLUMN repeat integer NOT NULL DEFAULT 1 CONSTRAINT comeback_repeat_check CHECK (repeat > 0);

CREATE INDEX comeback_guarantee_idx ON comeback (guarantee_id);
CREATE INDEX comeback_repeat_idx ON comeback (store_id, id) WHERE repeat > 1;

-- A comeback's own line has a guarantee, under which it may come back; and the customer may pay for a guarantee's work again and again.
WITH RECURSIVE counted AS (
	SELECT c.id, c.line_id, c.of_line_id,
	       1 + count(*) FILTER (WHERE c.delivered_at IS NOT NULL) OVER (
	               PARTITION BY c.guarantee_id ORDER BY c.created_at, c.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS times
	  FROM comeback c
), chain AS (
	SELECT c.id, c.line_id, c.times
	  FROM counted c
	 WHERE NOT EXISTS (SELECT FROM comeback p WHERE p.line_id = c.of_line_id)
	UNION ALL
	SELECT c.id, c.line_id, p.times + c.times
	  FROM chain p
	  JOIN counted c ON c.of_line_id = p.line_id
)
UPDATE comeback c
   SET repeat = h.times, changed = pg_current_xact_id()
  FROM chain h
 WHERE h.id = c.id AND h.times > 1;
