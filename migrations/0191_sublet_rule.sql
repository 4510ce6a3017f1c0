-- Whether authorised outside work is finished only when it has come back from its vendor.

ALTER TABLE store_policy
	ADD COLUMN sublet_rule text NOT NULL DEFAULT 'recorded' CONSTRAINT store_policy_sublet_rule_check CHECK (sublet_rule IN ('recorded', 'always', 'never'));
