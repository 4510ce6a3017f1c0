-- Transfers.

-- What a transfer brings no more, waits as before, unless another is still on its way.  The store that gives ends transfers too, and
-- does not see the wishes of the one that gets.
CREATE OR REPLACE FUNCTION transfer_demands_wait(of_transfer uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE demand d SET status = 'open', version = version + 1, updated_at = at, changed = pg_current_xact_id()
	 WHERE d.status = 'in_transfer'
	   AND d.id IN (SELECT l.demand_id FROM transfer_line l JOIN transfer t ON t.id = l.transfer_id
	                 WHERE t.id = of_transfer AND t.status NOT IN ('requested', 'approved', 'in_transit', 'disputed'))
	   AND NOT EXISTS (SELECT FROM transfer_line o JOIN transfer t ON t.id = o.transfer_id
	                    WHERE o.demand_id = d.id AND t.status IN ('requested', 'approved', 'in_transit', 'disputed'))
$$;
