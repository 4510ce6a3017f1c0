-- Photos of an incident, and of a rescue.

-- Only more is allowed than before, so that nothing that is there has to be read.
ALTER TABLE file DROP CONSTRAINT file_subject_type_check;
ALTER TABLE file ADD CONSTRAINT file_subject_type_check
	CHECK (subject_type IN ('reception', 'work_order', 'complaint', 'appointment', 'incident', 'rescue')) NOT VALID;
