-- Search reads its keys from the index alone: by what was typed, or by a store's own customers and vehicles.
ALTER TABLE search_key DROP CONSTRAINT search_key_pkey,
	ADD CONSTRAINT search_key_pkey PRIMARY KEY (kind, key, subject_id) INCLUDE (subject, store_id);
DROP INDEX search_key_subject_idx;
CREATE INDEX search_key_subject_idx ON search_key (subject_id, kind, key) INCLUDE (subject, store_id);
