-- Who stands behind a diagnosis: everybody who wrote of it, that a second person was asked, and whether a complex order waits for it.

ALTER TABLE store_policy
	ADD COLUMN diagnosis_required text NOT NULL DEFAULT 'never' CONSTRAINT store_policy_diagnosis_required_check CHECK (diagnosis_required IN ('never', 'complex'));

ALTER TABLE diagnosis
	ADD COLUMN editors uuid[] NOT NULL DEFAULT '{}',
	ADD COLUMN review_requested_at timestamptz,
	ADD CONSTRAINT diagnosis_editors_check CHECK (agreed_by <> ALL (editors));

-- What a second person was asked of is a complex one for good.  What was signed since stays as it was signed.
UPDATE diagnosis d
   SET complex = d.complex OR d.status <> 'signed', review_requested_at = coalesce(d.submitted_at, d.updated_at), updated_at = now(),
       version = d.version + 1, changed = pg_current_xact_id()
 WHERE d.status IN ('in_review', 'agreed') OR d.id IN (SELECT r.diagnosis_id FROM diagnosis_review r);

CREATE INDEX diagnosis_agreed_idx ON diagnosis (reception_id) WHERE status = 'agreed';
