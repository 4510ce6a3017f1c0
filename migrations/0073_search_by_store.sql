-- A store finds its own customers and vehicles among its own keys, however many the chain knows: each key of the chain
-- stands once more for every store that knows its subject.

ALTER TABLE search_key DROP CONSTRAINT search_key_pkey;
DROP INDEX search_key_subject_idx;

INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT k.kind, k.key, k.subject, k.subject_id, l.store_id
  FROM search_key k
  JOIN (SELECT customer_id AS id, store_id FROM customer_store
        UNION ALL SELECT vehicle_id, store_id FROM vehicle_store) l ON l.id = k.subject_id
 WHERE k.store_id IS NULL;

-- Operations are found in the search box too; those that are there already without their full pinyin until they change.
INSERT INTO search_key (kind, key, subject, subject_id)
SELECT DISTINCT k.kind, left(k.key, 64), 'operation', o.id
  FROM (SELECT id, lower(translate(code, ' -./_', '')) AS code, lower(translate(name, ' -./_', '')) AS name, lower(initials) AS initials
          FROM operation
         WHERE deleted_at IS NULL) o
 CROSS JOIN LATERAL (VALUES ('number', o.code), ('number_tail', reverse(o.code)), ('initials', o.initials), ('name', o.name)) k (kind, key)
 WHERE k.key <> '';

-- (The store's id is included because row security reads it.)
CREATE UNIQUE INDEX search_key_chain_key ON search_key (kind, subject, key, subject_id) INCLUDE (store_id) WHERE store_id IS NULL;
CREATE INDEX search_key_subject_idx ON search_key (subject_id, kind, key) INCLUDE (store_id) WHERE store_id IS NULL;
CREATE UNIQUE INDEX search_key_store_key ON search_key (store_id, kind, subject, key, subject_id) WHERE store_id IS NOT NULL;
-- Documents of all stores, for those who see all stores.
CREATE INDEX search_key_number_idx ON search_key (kind, subject, key, subject_id) INCLUDE (store_id)
 WHERE store_id IS NOT NULL AND kind IN ('number', 'number_tail');
