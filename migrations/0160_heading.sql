-- Under what a settlement list puts labour: diagnosis and tests have headings of their own there (settlement form of Jiangsu).
ALTER TABLE operation
	ADD COLUMN heading text NOT NULL DEFAULT 'labour' CONSTRAINT operation_heading_check CHECK (heading IN ('labour', 'diagnosis', 'test'));

-- As it was when the bill was drafted; of other lines than labour it says nothing.
ALTER TABLE settlement_line
	ADD COLUMN heading text NOT NULL DEFAULT 'labour' CONSTRAINT settlement_line_heading_check CHECK (heading IN ('labour', 'diagnosis', 'test'));
