-- Grants by the place they hold for: who may act in a store is asked by every statement that names staff.

CREATE INDEX staff_grant_store_idx ON staff_grant (store_id) WHERE revoked_at IS NULL;
CREATE INDEX staff_grant_region_idx ON staff_grant (region_id) WHERE revoked_at IS NULL;
CREATE INDEX staff_grant_chain_idx ON staff_grant (role) WHERE revoked_at IS NULL AND scope = 'chain';
