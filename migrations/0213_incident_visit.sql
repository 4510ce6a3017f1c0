-- A car can come to harm before it has an order: an incident names the visit.
ALTER TABLE incident
	ADD COLUMN reception_id uuid,
	ADD CONSTRAINT incident_reception_fkey FOREIGN KEY (store_id, reception_id) REFERENCES reception (store_id, id);

UPDATE incident i
   SET reception_id = w.reception_id, changed = pg_current_xact_id()
  FROM work_order w
 WHERE w.id = i.work_order_id;
CREATE INDEX incident_reception_idx ON incident (reception_id, id) WHERE reception_id IS NOT NULL;
