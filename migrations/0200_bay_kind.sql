-- The kind of bay that an operation is done on.
ALTER TABLE operation
	ADD COLUMN bay_kind text CONSTRAINT operation_bay_kind_check CHECK (bay_kind IN ('general', 'lift', 'alignment', 'body', 'wash', 'quick'));
