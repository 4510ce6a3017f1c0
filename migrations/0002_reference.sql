-- Reference data: VINs (manufacturers, patterns) and public holidays; loaded from data/*.csv.

CREATE TABLE wmi_cn (
	wmi			 text COLLATE "C" PRIMARY KEY CHECK (wmi ~ '^L[0-9A-HJ-NPR-Z]{2}$'),
	manufacturer_en text NOT NULL,
	manufacturer_zh text NOT NULL,
	make_en		 text,		  -- NULL: several makes carry this WMI
	make_zh		 text,
	CHECK ((make_en IS NULL) = (make_zh IS NULL))
);

CREATE TABLE vpic_wmi (
	wmi		  text COLLATE "C" PRIMARY KEY,   -- six characters for makers of small volume
	manufacturer text NOT NULL,
	makes		text,						   -- with / between them
	vehicle_type text,
	country	  text,
	make		 text GENERATED ALWAYS AS (CASE WHEN makes NOT LIKE '%/%' THEN makes END) STORED
);

CREATE TABLE vpic_wmi_schema (
	wmi	   text COLLATE "C" NOT NULL,
	schema_id integer NOT NULL,
	year_from integer NOT NULL,
	year_to   integer,			 -- NULL: open
	PRIMARY KEY (wmi, schema_id, year_from)
);

-- keys: characters 4 to 8, then 10 to 17 behind a bar; * is any character, [A-C] one of a class.
CREATE TABLE vpic_pattern (
	schema_id integer NOT NULL,
	keys	  text NOT NULL,
	model	 text NOT NULL,
	shape	 text NOT NULL GENERATED ALWAYS AS
				  (regexp_replace(translate(keys, '*', '_'), '\[[^]]*\]', '_', 'g') || '%') STORED,
	regex	 text GENERATED ALWAYS AS
				  (CASE WHEN keys LIKE '%[%' THEN '^' || replace(replace(keys, '*', '.'), '|', '\|') END) STORED,
	fixed	 integer NOT NULL GENERATED ALWAYS AS
				  (length(translate(regexp_replace(keys, '\[[^]]*\]', '', 'g'), '*|', ''))) STORED,
	classes   integer NOT NULL GENERATED ALWAYS AS
				  (length(keys) - length(translate(keys, '[', ''))) STORED,
	PRIMARY KEY (schema_id, keys, model)
);

-- Which make a model is, for the WMIs that several makes share.
CREATE TABLE vpic_model_make (
	model text PRIMARY KEY,
	make  text NOT NULL
);

CREATE TABLE public_holidays (
	date    date PRIMARY KEY,
	type    text NOT NULL,
	name_zh text NOT NULL,
	name_en text NOT NULL
);
