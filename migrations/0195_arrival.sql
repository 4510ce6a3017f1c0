-- How soon a store greets who has come, kept with each reception as the rule of its day, and who has come without being received yet.

ALTER TABLE store_policy ADD COLUMN greeting_seconds integer NOT NULL DEFAULT 180;
ALTER TABLE reception ADD COLUMN greeting_seconds integer NOT NULL DEFAULT 180;
CREATE INDEX appointment_arrived_idx ON appointment (arrived_at, id) WHERE status = 'arrived';
CREATE INDEX appointment_left_idx ON appointment (store_id, arrived_at) WHERE left_at IS NOT NULL;
