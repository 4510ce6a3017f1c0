-- What pieces cost: on the average of all that are there, or batch by batch.
ALTER TABLE part ADD COLUMN costing text NOT NULL DEFAULT 'moving_average' CONSTRAINT part_costing_check CHECK (costing IN ('moving_average', 'batch')),
	ADD CONSTRAINT part_costing_tracking_check
		CHECK (costing = 'moving_average' OR coalesce(tracking, CASE WHEN key_class IS NOT NULL THEN 'batch' ELSE 'none' END) <> 'none');

-- 0 of a part that is not costed by batch.
ALTER TABLE batch_stock ADD COLUMN value bigint NOT NULL DEFAULT 0,
	ADD CONSTRAINT batch_stock_value_check CHECK (value >= 0 AND (value = 0 OR quantity > 0));
-- NULL of a part that was not costed by batch.
ALTER TABLE batch_movement ADD COLUMN value bigint;

DROP FUNCTION IF EXISTS stock_batches_post(uuid, uuid[]), batches_take(stock_movement, stock_document_line, uuid),
	batches_put(stock_movement, stock_document_line, stock_document, text, uuid), batch_move(stock_movement, uuid, numeric, boolean), transfer_line_batches(uuid);
