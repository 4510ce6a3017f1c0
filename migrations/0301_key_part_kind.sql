-- Kinds of key parts: what a part is makes its key class.  The rule names three kinds of class 1; those of classes 2 and 3 each chain writes itself.
CREATE TABLE key_part_kind (
	id         uuid CONSTRAINT key_part_kind_pkey PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	key_class  integer NOT NULL CONSTRAINT key_part_kind_class_check CHECK (key_class BETWEEN 1 AND 3),
	name       text NOT NULL,
	note       text,
	active     boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT key_part_kind_name_key UNIQUE (name),
	CONSTRAINT key_part_kind_key UNIQUE (id, key_class)
);
CREATE INDEX key_part_kind_list_idx ON key_part_kind (key_class, id);
INSERT INTO key_part_kind (id, key_class, name, note, created_at, updated_at)
SELECT ('019b76da-a800-7000-8000-0000000004' || lpad(k.n::text, 2, '0'))::uuid, 1, k.name, k.note, now(), now()
  FROM (VALUES (1, '汽油机电控系统', 'Petrol-engine electronic control'), (2, '制动系统防抱死、防滑装置', 'Brake anti-lock and anti-skid devices'),
               (3, '安全气囊', 'Airbag')) k (n, name, note);

-- The class of a part that is of a kind is the kind's.
ALTER TABLE part
	ADD COLUMN key_part_kind_id uuid,
	ADD CONSTRAINT part_key_part_kind_fkey FOREIGN KEY (key_part_kind_id, key_class) REFERENCES key_part_kind (id, key_class),
	ADD CONSTRAINT part_key_part_kind_check CHECK (key_part_kind_id IS NULL OR key_class IS NOT NULL);
CREATE INDEX part_key_part_kind_idx ON part (key_part_kind_id, id) WHERE key_part_kind_id IS NOT NULL;
