-- What a point of an inspection should measure, in words: "at least 3 mm".

ALTER TABLE inspection_template_item ADD COLUMN limits text;
