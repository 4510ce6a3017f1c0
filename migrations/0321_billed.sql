-- Which documents suppliers have billed in full: what is not billed yet is looked for among the others.
ALTER TABLE stock_document ADD COLUMN billed boolean NOT NULL DEFAULT false;
-- (a mark for the database, nobody's change: nothing for the audit trail)
ALTER TABLE stock_document DISABLE TRIGGER USER;
UPDATE stock_document d SET billed = true
  FROM (SELECT l.document_id FROM stock_document_line l GROUP BY l.document_id HAVING bool_and(l.invoiced_quantity >= l.quantity) AND bool_or(l.invoiced_quantity > 0)) b
 WHERE d.id = b.document_id;
ALTER TABLE stock_document ENABLE TRIGGER USER;
CREATE INDEX stock_document_unbilled_idx ON stock_document (supplier_id, store_id)
	WHERE kind = 'receipt' AND status = 'posted' AND supplier_id IS NOT NULL AND NOT billed;
