-- How far an import's file has been read, and in which language its creator is told what is wrong.

ALTER TABLE import_job
	ADD COLUMN staged_octets bigint NOT NULL DEFAULT 0,
	ADD COLUMN staged_line   bigint NOT NULL DEFAULT 1,
	ADD COLUMN language      integer NOT NULL DEFAULT 0;

CREATE INDEX import_job_open_idx ON import_job (updated_at) WHERE status IN ('queued', 'staging', 'applying');
CREATE INDEX import_row_staged_idx ON import_row (import_id, line) WHERE status = 'staged';
CREATE INDEX import_row_failed_idx ON import_row (import_id, line) WHERE status = 'failed';
