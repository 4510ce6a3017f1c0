-- A customer follows an order by one link at a time.
CREATE UNIQUE INDEX link_progress_key ON link (subject_id) WHERE purpose = 'progress' AND revoked_at IS NULL;
