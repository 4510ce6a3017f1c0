-- Diagnoses: complaint, cause and correction, with fault codes; complex ones agreed by a second person.

-- What fault codes mean; loaded from data/fault_code.csv.  The same code may mean different things by maker.
CREATE TABLE fault_code (
	code         text COLLATE "C" NOT NULL,
	manufacturer text COLLATE "C" NOT NULL, -- GENERIC: the same for all
	description  text NOT NULL,
	PRIMARY KEY (code, manufacturer)
);

CREATE TABLE diagnosis (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	number       text NOT NULL CONSTRAINT diagnosis_number_key UNIQUE,
	reception_id uuid NOT NULL,
	vehicle_id   uuid NOT NULL CONSTRAINT diagnosis_vehicle_fkey REFERENCES vehicle,
	concern_id   uuid,
	status       text NOT NULL DEFAULT 'draft' CONSTRAINT diagnosis_status_check CHECK (status IN ('draft', 'submitted', 'signed', 'in_review', 'agreed')),
	complex      boolean NOT NULL DEFAULT false,
	complaint    text NOT NULL,
	cause        text,
	correction   text,
	cause_code   text,
	note         text,
	submitted_by uuid,
	submitted_at timestamptz,
	signed_by    uuid,
	signed_at    timestamptz,
	agreed_by    uuid,
	agreed_at    timestamptz,
	created_by   uuid,
	external_ids jsonb NOT NULL DEFAULT '{}',
	metadata     jsonb NOT NULL DEFAULT '{}',
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	deleted_at   timestamptz,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT diagnosis_store_key UNIQUE (store_id, id),
	CONSTRAINT diagnosis_reception_fkey FOREIGN KEY (store_id, reception_id) REFERENCES reception (store_id, id),
	CONSTRAINT diagnosis_concern_fkey FOREIGN KEY (store_id, concern_id) REFERENCES reception_concern (store_id, id),
	CONSTRAINT diagnosis_submitted_check CHECK ((status = 'draft') = (submitted_at IS NULL)),
	CONSTRAINT diagnosis_signed_check CHECK ((status = 'signed') = (signed_at IS NOT NULL) AND (status = 'signed') <= NOT complex),
	CONSTRAINT diagnosis_agreed_check CHECK ((status = 'agreed') = (agreed_at IS NOT NULL) AND (status IN ('in_review', 'agreed')) <= complex),
	CONSTRAINT diagnosis_second_person_check CHECK (agreed_by <> submitted_by AND agreed_by <> created_by)
);
CREATE INDEX diagnosis_list_idx ON diagnosis (store_id, created_at, id);
CREATE INDEX diagnosis_chain_idx ON diagnosis (created_at, id);
CREATE INDEX diagnosis_reception_idx ON diagnosis (reception_id);
CREATE INDEX diagnosis_vehicle_idx ON diagnosis (vehicle_id);

CREATE TABLE diagnosis_code (
	diagnosis_id uuid NOT NULL,
	store_id     uuid NOT NULL,
	position     integer NOT NULL,
	code         text NOT NULL,
	control_unit text,
	state        text CONSTRAINT diagnosis_code_state_check CHECK (state IN ('active', 'stored', 'pending', 'intermittent')),
	description  text,
	PRIMARY KEY (diagnosis_id, position),
	CONSTRAINT diagnosis_code_diagnosis_fkey FOREIGN KEY (store_id, diagnosis_id) REFERENCES diagnosis (store_id, id)
);

CREATE TABLE diagnosis_review (
	id           uuid PRIMARY KEY,
	store_id     uuid NOT NULL,
	diagnosis_id uuid NOT NULL,
	outcome      text NOT NULL CONSTRAINT diagnosis_review_outcome_check CHECK (outcome IN ('agreed', 'objected')),
	reviewer_id  uuid NOT NULL,
	reason       text,
	note         text,
	at           timestamptz NOT NULL,
	CONSTRAINT diagnosis_review_store_key UNIQUE (store_id, id),
	CONSTRAINT diagnosis_review_diagnosis_fkey FOREIGN KEY (store_id, diagnosis_id) REFERENCES diagnosis (store_id, id)
);
CREATE INDEX diagnosis_review_diagnosis_idx ON diagnosis_review (diagnosis_id);
