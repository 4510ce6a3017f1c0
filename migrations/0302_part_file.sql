-- What a part looks like and where catalogues show it.

-- A file lies with a store; of one that shows a part every store sees a signed address, and what it is, told here again (but
-- not its name, which is the text of a store).
CREATE TABLE part_file (
	part_id    uuid NOT NULL CONSTRAINT part_file_part_fkey REFERENCES part,
	place      integer NOT NULL,
	file_id    uuid NOT NULL CONSTRAINT part_file_file_fkey REFERENCES file,
	kind       text NOT NULL CONSTRAINT part_file_kind_check CHECK (kind IN ('photo', 'drawing', 'instruction')),
	caption    text,
	media_type text NOT NULL,
	size       bigint NOT NULL,
	CONSTRAINT part_file_pkey PRIMARY KEY (part_id, place),
	CONSTRAINT part_file_file_key UNIQUE (file_id, part_id)
);

CREATE TABLE part_epc_reference (
	id        uuid CONSTRAINT part_epc_reference_pkey PRIMARY KEY,
	part_id   uuid NOT NULL CONSTRAINT part_epc_reference_part_fkey REFERENCES part,
	place     integer NOT NULL,
	catalogue text NOT NULL,
	figure    text NOT NULL,
	position  text,
	note      text,
	CONSTRAINT part_epc_reference_place_key UNIQUE (part_id, place)
);
