-- Somebody spoke to the customer when they were reached, not when it was tried.

ALTER TABLE work_order DISABLE TRIGGER USER;
UPDATE work_order w
   SET last_contact_at = greatest((SELECT max(p.told_at) FROM work_order_promise p WHERE p.work_order_id = w.id),
                                  (SELECT max(c.at) FROM work_order_contact c
                                    WHERE c.work_order_id = w.id AND c.result IN ('reached', 'call_later', 'refused'))),
       changed = pg_current_xact_id()
 WHERE w.id IN (SELECT n.work_order_id FROM work_order_contact n WHERE n.result NOT IN ('reached', 'call_later', 'refused'));
ALTER TABLE work_order ENABLE TRIGGER USER;
