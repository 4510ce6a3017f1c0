-- How a vehicle goes back: the customer's answer to each concern, what was explained, what became of each old part, who took it.

ALTER TABLE acceptance ALTER COLUMN solved TYPE text USING CASE WHEN solved THEN 'solved' ELSE 'not_solved' END;
ALTER TABLE acceptance RENAME COLUMN solved TO answer;
ALTER TABLE acceptance
	ADD COLUMN remark text,
	ADD COLUMN asked_by uuid,
	ADD COLUMN at timestamptz,
	ADD CONSTRAINT acceptance_answer_check CHECK (answer IN ('solved', 'not_solved', 'not_checked'));
UPDATE acceptance a SET at = coalesce(w.delivered_at, w.updated_at) FROM work_order w WHERE w.id = a.work_order_id;
ALTER TABLE acceptance ALTER COLUMN at SET NOT NULL;
CREATE INDEX acceptance_list_idx ON acceptance (store_id, at, work_order_id, concern_id);
CREATE INDEX acceptance_chain_idx ON acceptance (at, work_order_id, concern_id);
-- What is not solved is rare, and looked for.
CREATE INDEX acceptance_unsolved_idx ON acceptance (store_id, at, work_order_id, concern_id) WHERE answer = 'not_solved';
CREATE INDEX acceptance_chain_unsolved_idx ON acceptance (at, work_order_id, concern_id) WHERE answer = 'not_solved';

ALTER TABLE store_policy
	ADD COLUMN acceptance_rule text NOT NULL DEFAULT 'optional' CONSTRAINT store_policy_acceptance_rule_check CHECK (acceptance_rule IN ('optional', 'required'));

-- What delivering an order writes beside what stands in the order itself.
CREATE TABLE delivery (
	work_order_id   uuid NOT NULL CONSTRAINT delivery_pkey PRIMARY KEY,
	store_id        uuid NOT NULL,
	explained_items text[] NOT NULL CONSTRAINT delivery_explained_check CHECK (explained_items <@ '{work,parts,bill,guarantee,findings,next_service,use}'),
	taken_by        text,
	note            text,
	delivered_by    uuid,
	CONSTRAINT delivery_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id)
);

CREATE TABLE delivery_part (
	work_order_id uuid NOT NULL,
	store_id      uuid NOT NULL,
	line_id       uuid NOT NULL CONSTRAINT delivery_part_pkey PRIMARY KEY,
	old_part      text NOT NULL CONSTRAINT delivery_part_check CHECK (old_part IN ('taken_back', 'given_up', 'none')),
	CONSTRAINT delivery_part_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT delivery_part_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id)
);
CREATE INDEX delivery_part_order_idx ON delivery_part (work_order_id);
