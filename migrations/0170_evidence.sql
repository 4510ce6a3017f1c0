-- What an operation asks of who does it: photos at key steps and a checklist, in revisions; and what was done of it on a line.

-- Lines are of a revision, which never changes.
CREATE TABLE operation_requirement (
	operation_id uuid NOT NULL CONSTRAINT operation_requirement_operation_fkey REFERENCES operation,
	revision     integer NOT NULL,
	created_at   timestamptz NOT NULL,
	actor_id     uuid,
	CONSTRAINT operation_requirement_pkey PRIMARY KEY (operation_id, revision)
);

CREATE TABLE operation_evidence (
	operation_id uuid NOT NULL,
	revision     integer NOT NULL,
	position     integer NOT NULL,
	code         text NOT NULL,
	label        text NOT NULL,
	step         text NOT NULL CONSTRAINT operation_evidence_step_check CHECK (step IN ('begin', 'during', 'finish')),
	minimum      integer NOT NULL CONSTRAINT operation_evidence_minimum_check CHECK (minimum BETWEEN 1 AND 20),
	CONSTRAINT operation_evidence_pkey PRIMARY KEY (operation_id, revision, position),
	CONSTRAINT operation_evidence_code_key UNIQUE (operation_id, revision, code),
	CONSTRAINT operation_evidence_revision_fkey FOREIGN KEY (operation_id, revision) REFERENCES operation_requirement
);

CREATE TABLE operation_check (
	operation_id uuid NOT NULL,
	revision     integer NOT NULL,
	position     integer NOT NULL,
	code         text NOT NULL,
	text         text NOT NULL,
	kind         text NOT NULL CONSTRAINT operation_check_kind_check CHECK (kind IN ('tick', 'measure', 'choice')),
	unit         text,
	minimum      numeric(14,3),
	maximum      numeric(14,3),
	out_of_bounds text CONSTRAINT operation_check_out_of_bounds_check CHECK (out_of_bounds IN ('note', 'fail')),
	choices      text[],
	required     boolean NOT NULL,
	CONSTRAINT operation_check_pkey PRIMARY KEY (operation_id, revision, position),
	CONSTRAINT operation_check_code_key UNIQUE (operation_id, revision, code),
	CONSTRAINT operation_check_revision_fkey FOREIGN KEY (operation_id, revision) REFERENCES operation_requirement,
	CONSTRAINT operation_check_measure_check CHECK ((kind = 'measure') = (out_of_bounds IS NOT NULL) AND (kind = 'measure' OR num_nonnulls(unit, minimum, maximum) = 0)),
	CONSTRAINT operation_check_bounds_check CHECK (minimum <= maximum),
	CONSTRAINT operation_check_choices_check CHECK ((kind = 'choice') = (choices IS NOT NULL))
);

ALTER TABLE operation ADD COLUMN requirement_revision integer;
ALTER TABLE work_order_line
	ADD COLUMN requirement_revision integer,
	ADD CONSTRAINT work_order_line_requirement_fkey FOREIGN KEY (operation_id, requirement_revision) REFERENCES operation_requirement (operation_id, revision);

-- Answers are added, never changed: of those to one item the last holds.
CREATE TABLE line_check (
	id          uuid PRIMARY KEY,
	store_id    uuid NOT NULL,
	line_id     uuid NOT NULL,
	code        text NOT NULL,
	done        boolean,
	value       numeric(14,3),
	choice      text,
	within      boolean NOT NULL,
	note        text,
	at          timestamptz NOT NULL,
	recorded_at timestamptz NOT NULL,
	actor_id    uuid,
	CONSTRAINT line_check_answer_check CHECK (num_nonnulls(done, value, choice) = 1),
	CONSTRAINT line_check_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id)
);
CREATE INDEX line_check_line_idx ON line_check (line_id, code, id);

CREATE TABLE line_photo (
	store_id    uuid NOT NULL,
	line_id     uuid NOT NULL,
	code        text NOT NULL,
	file_id     uuid NOT NULL,
	at          timestamptz NOT NULL,
	recorded_at timestamptz NOT NULL,
	actor_id    uuid,
	CONSTRAINT line_photo_pkey PRIMARY KEY (line_id, code, file_id),
	CONSTRAINT line_photo_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT line_photo_file_fkey FOREIGN KEY (store_id, file_id) REFERENCES file (store_id, id)
);
