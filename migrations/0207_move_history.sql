-- What was found, and how long it stood still, goes with an order to another store.

-- Whose copies are seen to at the store that the vehicle went to.
ALTER TABLE inspection ADD COLUMN moved_at timestamptz;
CREATE INDEX inspection_moved_idx ON inspection (id) WHERE moved_at IS NOT NULL;

-- The finding as it was first written down, of one that came along.
ALTER TABLE inspection_finding ADD COLUMN origin_id uuid;
CREATE INDEX inspection_finding_origin_idx ON inspection_finding (origin_id) WHERE origin_id IS NOT NULL;

-- How long the order stood still at the stores it came from.  Of those that moved before, what was paused as a whole.
ALTER TABLE work_order ADD COLUMN paused_before interval NOT NULL DEFAULT '0';
WITH RECURSIVE way AS (
	SELECT m.work_order_id, m.from_order_id
	  FROM work_order_move m
	UNION ALL
	SELECT y.work_order_id, m.from_order_id
	  FROM way y
	  JOIN work_order_move m ON m.work_order_id = y.from_order_id
), during AS (
	SELECT y.work_order_id, range_agg(tstzrange(p.paused_at, p.resumed_at)) AS paused
	  FROM way y
	  JOIN work_order_pause p ON p.work_order_id = y.from_order_id AND p.line_id IS NULL AND p.resumed_at IS NOT NULL
	 GROUP BY y.work_order_id
), paused AS (
	SELECT d.work_order_id, (SELECT sum(upper(r.one) - lower(r.one)) FROM unnest(d.paused) r (one)) AS long
	  FROM during d
)
UPDATE work_order w SET paused_before = p.long FROM paused p WHERE w.id = p.work_order_id AND w.delivered_at IS NULL AND p.long IS NOT NULL;
