-- When what the customer authorised first came to more than a signed agreement says.

ALTER TABLE agreement ADD COLUMN limit_passed_at timestamptz;
UPDATE agreement a
   SET limit_passed_at = now(), version = a.version + 1, updated_at = now(), changed = pg_current_xact_id()
 WHERE a.status = 'signed' AND a.deleted_at IS NULL
   AND a.amount_limit < (SELECT sum(CASE l.kind WHEN 'discount' THEN -l.amount ELSE l.amount END)
                           FROM work_order_line l
                          WHERE l.work_order_id = a.work_order_id AND l.status = 'authorised' AND l.payer = 'customer');
CREATE INDEX agreement_passed_idx ON agreement (store_id, created_at, id) WHERE limit_passed_at IS NOT NULL;
CREATE INDEX agreement_passed_chain_idx ON agreement (created_at, id) WHERE limit_passed_at IS NOT NULL;
