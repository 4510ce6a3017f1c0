-- Repair agreements: what may be spent, what becomes of old parts, and the paper that both sides signed.

CREATE TABLE agreement (
	id                         uuid PRIMARY KEY,
	version                    bigint NOT NULL DEFAULT 1,
	store_id                   uuid NOT NULL REFERENCES store,
	number                     text NOT NULL CONSTRAINT agreement_number_key UNIQUE,
	work_order_id              uuid NOT NULL,
	status                     text NOT NULL DEFAULT 'draft' CONSTRAINT agreement_status_check CHECK (status IN ('draft', 'signed', 'void')),
	amount_limit               bigint NOT NULL CONSTRAINT agreement_amount_limit_check CHECK (amount_limit >= 0),
	old_parts                  text NOT NULL CONSTRAINT agreement_old_parts_check CHECK (old_parts IN ('taken_back', 'given_up', 'none')),
	terms                      text,
	document_file_id           uuid,
	document_sha256            text,
	customer_signature_file_id uuid,
	store_signature_file_id    uuid,
	signed_by_name             text,
	signed_by                  uuid,
	signed_at                  timestamptz,
	reason                     text,
	note                       text,
	voided_by                  uuid,
	voided_at                  timestamptz,
	created_by                 uuid,
	external_ids               jsonb NOT NULL DEFAULT '{}',
	metadata                   jsonb NOT NULL DEFAULT '{}',
	created_at                 timestamptz NOT NULL,
	updated_at                 timestamptz NOT NULL,
	deleted_at                 timestamptz,
	changed                    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT agreement_store_key UNIQUE (store_id, id),
	CONSTRAINT agreement_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT agreement_document_fkey FOREIGN KEY (store_id, document_file_id) REFERENCES file (store_id, id),
	CONSTRAINT agreement_customer_signature_fkey FOREIGN KEY (store_id, customer_signature_file_id) REFERENCES file (store_id, id),
	CONSTRAINT agreement_store_signature_fkey FOREIGN KEY (store_id, store_signature_file_id) REFERENCES file (store_id, id),
	CONSTRAINT agreement_signed_check CHECK ((status = 'signed') <= (num_nulls(document_file_id, document_sha256, customer_signature_file_id, store_signature_file_id, signed_by_name, signed_at) = 0)),
	CONSTRAINT agreement_void_check CHECK ((status = 'void') = (voided_at IS NOT NULL))
);
CREATE INDEX agreement_list_idx ON agreement (store_id, created_at, id);
CREATE INDEX agreement_chain_idx ON agreement (created_at, id);
CREATE INDEX agreement_order_idx ON agreement (work_order_id);
-- An order has one agreement that holds.
CREATE UNIQUE INDEX agreement_signed_key ON agreement (work_order_id) WHERE status = 'signed';

INSERT INTO audit_class VALUES ('agreement', 'signed_by_name', 'personal') ON CONFLICT DO NOTHING;
