-- What a technician has to do is few among what they ever did, and that is asked for newest first.
DROP INDEX work_order_line_technician_idx;
CREATE INDEX work_order_line_technician_idx ON work_order_line (technician_id, created_at, id) WHERE technician_id IS NOT NULL;
CREATE INDEX work_order_line_jobs_idx ON work_order_line (technician_id, created_at, id)
 WHERE technician_id IS NOT NULL AND work_status IN ('assigned', 'working', 'paused', 'done', 'failed');
