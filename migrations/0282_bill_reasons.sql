-- Why a bill is void and a payment was given back, as a code beside the words.
ALTER TABLE settlement ADD COLUMN reason_code text;
ALTER TABLE payment_refund ADD COLUMN reason_code text NOT NULL DEFAULT 'other';
