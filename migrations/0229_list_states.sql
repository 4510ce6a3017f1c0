-- Lists by a state that few are in at any time, and by a kind that few are of: without an index of those few a page that
-- they do not fill reads a store's or the chain's whole history.  What is in none of these states costs nothing here.
CREATE INDEX settlement_status_idx ON settlement (store_id, status, created_at, id) WHERE status <> 'paid';
CREATE INDEX payment_status_idx ON payment (store_id, status, taken_at, id) WHERE status <> 'succeeded';
CREATE INDEX stock_document_status_idx ON stock_document (store_id, status, created_at, id) WHERE status <> 'posted';
CREATE INDEX demand_waiting_idx ON demand (store_id, created_at, id) WHERE status IN ('open', 'on_order', 'in_transfer');
-- (work_status stands in an index anyway, so that a change of it is no dearer than it was; a line's status does not.)
CREATE INDEX work_order_line_work_idx ON work_order_line (store_id, work_status, created_at, id)
 WHERE work_status IN ('assigned', 'working', 'paused', 'done', 'failed');
CREATE INDEX customer_kind_idx ON customer (kind, id) WHERE kind <> 'person';

-- The least id that is made at an instant: ids begin with their millisecond.  (Of an instant, so of no time zone.)
CREATE FUNCTION id_at(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (lpad(to_hex(least(greatest((extract(epoch FROM at) * 1000)::bigint, 0), 281474976710655)), 12, '0') || repeat('0', 20))::uuid;

-- Clients may send the id of what they make, and made it when they liked: more than a day from when it came here.
CREATE FUNCTION id_off(id uuid, at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN id < id_at(at - interval '24 hours') OR id >= id_at(at + interval '24 hours');
CREATE INDEX customer_off_idx ON customer (id) WHERE id_off(id, created_at);
CREATE INDEX vehicle_off_idx ON vehicle (id) WHERE id_off(id, created_at);
