-- The version that an event's subject had when it happened, of the objects that have versions, where it is not told.  One branch for each
-- table, so that only the one that is read is planned and locked.
DO $do$
DECLARE
	branches text;
BEGIN
	SELECT string_agg(format(E'\tWHEN %L THEN NEW.subject_version := (SELECT t.version FROM %I t WHERE t.id = NEW.subject_id);\n',
	                         c.relname, c.relname), '' ORDER BY c.relname <> 'work_order', c.relname)
	  INTO branches
	  FROM pg_class c
	  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
	 WHERE c.relkind = 'r'
	   AND (SELECT count(*) FROM pg_attribute a
	         WHERE a.attrelid = c.oid AND a.attname IN ('id', 'version') AND NOT a.attisdropped) = 2;
	EXECUTE format(E'CREATE OR REPLACE FUNCTION event_version() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n'
	               '\tCASE NEW.subject_type\n%s\tELSE NULL;\n\tEND CASE;\n\tRETURN NEW;\nEND $$', branches);
END $do$;

DROP TRIGGER IF EXISTS version ON event;
CREATE TRIGGER version BEFORE INSERT ON event FOR EACH ROW WHEN (NEW.subject_version IS NULL) EXECUTE FUNCTION event_version();
