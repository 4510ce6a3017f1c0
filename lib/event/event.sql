-- name: event_add
INSERT INTO event (id, at, type, store_id, subject_type, subject_id, data, actor_id, request_id)
VALUES (:event_id, :now, :type, :store_id, :subject_type, :subject_id, coalesce(:data::jsonb, '{}'), :actor_id, :request_id);
