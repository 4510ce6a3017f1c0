-- Who took a customer out of use, and why.
ALTER TABLE customer ADD COLUMN deleted_by uuid, ADD COLUMN deleted_reason text;
