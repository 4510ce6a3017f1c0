-- A booking whose visit came to nothing keeps no slot from when its last order was cancelled.

ALTER TABLE appointment ADD COLUMN released_at timestamptz;
