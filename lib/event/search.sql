-- Search keys.

-- name: search_key_add
-- In the order of the index: two batches at once wait for each other one way round only.
INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT k.kind, k.key, k.subject, k.subject_id, k.store_id
  FROM unnest(:kinds::text[], :keys::text[], :subjects::text[], :subject_ids::uuid[], :store_ids::uuid[])
       k (kind, key, subject, subject_id, store_id)
 ORDER BY k.kind, k.key, k.subject_id
ON CONFLICT DO NOTHING;

-- name: search_key_add_new
-- The same of objects that nobody else knows yet: nothing is there that it could run into.
INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT DISTINCT k.kind, k.key, k.subject, k.subject_id, k.store_id
  FROM unnest(:kinds::text[], :keys::text[], :subjects::text[], :subject_ids::uuid[], :store_ids::uuid[])
       k (kind, key, subject, subject_id, store_id)
 ORDER BY k.kind, k.key, k.subject_id;

-- name: search_key_clear
-- What stores have of them goes with the chain's.
DELETE FROM search_key
 WHERE subject_id = :subject_id AND store_id IS NULL AND (:kind::text IS NULL OR kind = :kind);

-- name: search_find   unnamed
-- A term is an index range that ends once enough is found: the chain's own things for everybody, customers, vehicles and
-- documents among the keys of the caller's stores.  Who sees the whole chain looks at the chain's keys instead, but
-- finds only what row security shows.
WITH wanted AS (
    SELECT w.subject, w.kind, w.key, w.past, w.place, w.subject IN ('part', 'operation', 'supplier') AS shared
      FROM unnest(:search_subjects::text[], :search_kinds::text[], :search_keys::text[], :search_ends::text[])
           WITH ORDINALITY w (subject, kind, key, past, place)
), found AS (
    SELECT w.subject, k.subject_id, k.key, w.kind, w.place, k.key = w.key AS whole
      FROM wanted w
     CROSS JOIN LATERAL (
           SELECT s.subject_id, s.key
             FROM search_key s
            WHERE s.kind = w.kind AND s.subject = w.subject AND s.key >= w.key AND s.key < w.past AND s.store_id IS NULL
              AND CASE w.subject WHEN 'customer' THEN EXISTS (SELECT FROM customer c WHERE c.id = s.subject_id)
                                 WHEN 'vehicle' THEN EXISTS (SELECT FROM vehicle v WHERE v.id = s.subject_id)
                                 ELSE true END
            ORDER BY s.key
            LIMIT :limit) k
     WHERE w.shared OR (:search_stores::uuid[] IS NULL)
    UNION ALL
    SELECT w.subject, k.subject_id, k.key, w.kind, w.place, k.key = w.key
      FROM wanted w
     CROSS JOIN LATERAL (
           SELECT s.subject_id, s.key
             FROM search_key s
            WHERE s.kind = w.kind AND s.subject = w.subject AND s.key >= w.key AND s.key < w.past
              AND s.store_id IS NOT NULL AND s.kind IN ('number', 'number_tail')
            ORDER BY s.key
            LIMIT :limit) k
     WHERE w.kind IN ('number', 'number_tail') AND NOT w.shared AND (:search_stores::uuid[] IS NULL)
    UNION ALL
    SELECT w.subject, k.subject_id, k.key, w.kind, w.place, k.key = w.key
      FROM unnest(:search_stores::uuid[]) st (id)
     CROSS JOIN wanted w
     CROSS JOIN LATERAL (
           SELECT s.subject_id, s.key
             FROM search_key s
            WHERE s.store_id = st.id AND s.kind = w.kind AND s.subject = w.subject AND s.key >= w.key AND s.key < w.past
            ORDER BY s.key
            LIMIT :limit) k
     WHERE NOT w.shared AND (:search_stores::uuid[] IS NOT NULL)
), hit AS (
    SELECT DISTINCT ON (f.subject_id) f.subject, f.subject_id, f.kind, f.place, f.key, f.whole
      FROM found f
     ORDER BY f.subject_id, f.whole DESC, f.place
)
-- (A key of another subject's is none, which an index need not be asked for.)
SELECT h.subject_id AS id, h.subject, h.kind AS matched,
       coalesce(c.name, v.plate, v.vin, p.name, o.name, a.number, r.number, w.number, t.number, m.number, d.number, x.number, y.number, u.name, q.number, so.number, '') AS title,
       CASE h.subject
            WHEN 'customer' THEN mask_phone(c.phone)
            WHEN 'vehicle' THEN nullif(concat_ws(' ', v.make, v.model), '')
            WHEN 'part' THEN p.number
            WHEN 'operation' THEN o.code
            WHEN 'supplier' THEN u.code
            ELSE coalesce(a.status, r.status, w.status, t.status, m.status, d.status, x.status, y.status, q.status, so.status) END AS subtitle
  FROM hit h
  LEFT JOIN customer c ON c.id = CASE h.subject WHEN 'customer' THEN h.subject_id END
  LEFT JOIN vehicle v ON v.id = CASE h.subject WHEN 'vehicle' THEN h.subject_id END
  LEFT JOIN part p ON p.id = CASE h.subject WHEN 'part' THEN h.subject_id END
  LEFT JOIN operation o ON o.id = CASE h.subject WHEN 'operation' THEN h.subject_id END
  LEFT JOIN appointment a ON a.id = CASE h.subject WHEN 'appointment' THEN h.subject_id END
  LEFT JOIN reception r ON r.id = CASE h.subject WHEN 'reception' THEN h.subject_id END
  LEFT JOIN work_order w ON w.id = CASE h.subject WHEN 'work_order' THEN h.subject_id END
  LEFT JOIN settlement t ON t.id = CASE h.subject WHEN 'settlement' THEN h.subject_id END
  LEFT JOIN complaint m ON m.id = CASE h.subject WHEN 'complaint' THEN h.subject_id END
  LEFT JOIN stock_document d ON d.id = CASE h.subject WHEN 'stock_document' THEN h.subject_id END
  LEFT JOIN transfer x ON x.id = CASE h.subject WHEN 'transfer' THEN h.subject_id END
  LEFT JOIN stocktake y ON y.id = CASE h.subject WHEN 'stocktake' THEN h.subject_id END
  LEFT JOIN supplier u ON u.id = CASE h.subject WHEN 'supplier' THEN h.subject_id END
  LEFT JOIN purchase_order q ON q.id = CASE h.subject WHEN 'purchase_order' THEN h.subject_id END
  LEFT JOIN sales_order so ON so.id = CASE h.subject WHEN 'sales_order' THEN h.subject_id END
 ORDER BY h.whole DESC, h.place, h.key, h.subject_id
 LIMIT :limit::bigint - 1;
