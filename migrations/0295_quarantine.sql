-- Warehouses whose parts are not for use: held back until somebody has looked, or damaged.
ALTER TABLE warehouse
	ADD COLUMN purpose text NOT NULL DEFAULT 'stock' CONSTRAINT warehouse_purpose_check CHECK (purpose IN ('stock', 'quarantine', 'damaged')),
	ADD CONSTRAINT warehouse_default_check CHECK (NOT is_default OR purpose = 'stock');
