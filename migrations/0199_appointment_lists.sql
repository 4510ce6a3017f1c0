-- Lists of appointments by technician, and by a state that few are in, without dates; received are nearly all, which the list's own order finds.
CREATE INDEX appointment_technician_idx ON appointment (technician_id, starts_at, id);
CREATE INDEX appointment_status_idx ON appointment (store_id, status, starts_at, id) WHERE status <> 'converted';
CREATE INDEX appointment_chain_status_idx ON appointment (status, starts_at, id) WHERE status <> 'converted';
