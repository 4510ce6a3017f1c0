-- Where a car and its key are while it is with us, and who waits to be greeted.

ALTER TABLE reception
	ADD COLUMN key_tag       text,
	ADD COLUMN parking_place text,
	ADD COLUMN departed_at   timestamptz; -- the customer left, or the last order of the visit was delivered

-- What has been delivered before is not in the yard.
ALTER TABLE reception DISABLE TRIGGER USER;
UPDATE reception SET departed_at = left_at WHERE left_at IS NOT NULL;
UPDATE reception r
   SET departed_at = w.delivered_at
  FROM (SELECT o.reception_id, max(o.delivered_at) AS delivered_at
          FROM work_order o
         GROUP BY o.reception_id
        HAVING bool_and(o.status IN ('delivered', 'closed', 'cancelled')) AND max(o.delivered_at) IS NOT NULL) w
 WHERE r.id = w.reception_id AND r.departed_at IS NULL;
ALTER TABLE reception ENABLE TRIGGER USER;

-- A tag hangs on one key at a time.
CREATE UNIQUE INDEX reception_key_tag_key ON reception (store_id, key_tag) WHERE key_tag IS NOT NULL AND departed_at IS NULL;
CREATE INDEX reception_yard_idx ON reception (store_id, arrived_at, id) WHERE departed_at IS NULL;
CREATE INDEX reception_waiting_idx ON reception (arrived_at, id) WHERE status = 'waiting';
