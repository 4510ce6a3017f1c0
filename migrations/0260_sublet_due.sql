-- Outside work by the day on which it is to be back; what is out at all is little.
CREATE INDEX sublet_due_idx ON sublet (store_id, coalesce(due_at, 'infinity'), id);
CREATE INDEX sublet_chain_due_idx ON sublet (coalesce(due_at, 'infinity'), id);
CREATE INDEX sublet_out_idx ON sublet (store_id, created_at, id) WHERE status IN ('planned', 'sent');
