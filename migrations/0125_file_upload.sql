-- Uploads in parts: how much of a file is here, so that a phone goes on where its connection was lost.

CREATE TABLE file_upload (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	subject_type text,
	subject_id   uuid,
	name         text,
	status       text NOT NULL DEFAULT 'receiving' CONSTRAINT file_upload_status_check CHECK (status IN ('receiving', 'finished')),
	size         bigint NOT NULL,
	received     bigint NOT NULL DEFAULT 0,
	file_id      uuid,
	created_by   uuid,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	CONSTRAINT file_upload_store_key UNIQUE (store_id, id),
	CONSTRAINT file_upload_received_check CHECK (received BETWEEN 0 AND size),
	CONSTRAINT file_upload_finished_check CHECK ((status = 'finished') = (file_id IS NOT NULL)),
	CONSTRAINT file_upload_file_fkey FOREIGN KEY (store_id, file_id) REFERENCES file (store_id, id)
);
