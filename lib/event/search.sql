-- Search keys.

-- name: search_key_add
-- In the order of the index: two batches at once wait for each other one way round only.
INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT k.kind, k.key, k.subject, k.subject_id, k.store_id
  FROM unnest(:kinds::text[], :keys::text[], :subjects::text[], :subject_ids::uuid[], :store_ids::uuid[])
       k (kind, key, subject, subject_id, store_id)
 ORDER BY k.kind, k.key, k.subject_id
ON CONFLICT DO NOTHING;

-- name: search_key_clear
DELETE FROM search_key WHERE subject_id = :subject_id AND (:kind::text IS NULL OR kind = :kind);

-- name: search_find   unnamed
-- Each kind is an index range that ends once enough that the caller may see is found.  A store that knows few of
-- the chain's customers would walk far for that: there its own customers and vehicles lead, by their keys.
WITH wanted AS (
    SELECT w.kind, w.key, w.past, w.place
      FROM unnest(:search_kinds::text[], :search_keys::text[], :search_ends::text[])
           WITH ORDINALITY w (kind, key, past, place)
), own AS MATERIALIZED (
    SELECT o.id
      FROM (SELECT l.customer_id AS id FROM customer_store l WHERE l.store_id = :scope_store
            UNION ALL
            SELECT l.vehicle_id FROM vehicle_store l WHERE l.store_id = :scope_store) o
     LIMIT 1001
), few AS MATERIALIZED (
    SELECT count(*) <= 1000 AND :scope_store::uuid IS NOT NULL AS yes FROM own
), found AS (
    SELECT s.subject, s.subject_id, s.key, w.kind, w.place, s.key = w.key AS whole
      FROM own
      JOIN search_key s ON s.subject_id = own.id
      JOIN wanted w ON w.kind = s.kind AND s.key >= w.key AND s.key < w.past
     WHERE (SELECT yes FROM few) AND s.subject = ANY (:subjects::text[])
    UNION ALL
    SELECT k.subject, k.subject_id, k.key, w.kind, w.place, k.key = w.key
      FROM wanted w
     CROSS JOIN LATERAL (
           SELECT s.subject, s.subject_id, s.key
             FROM search_key s
            WHERE s.kind = w.kind AND s.key >= w.key AND s.key < w.past
              AND s.subject = ANY (:subjects::text[])
              AND (:scope_store::uuid IS NULL OR s.store_id IS NULL OR s.store_id = :scope_store)
              AND CASE WHEN s.subject NOT IN ('customer', 'vehicle') THEN true
                       WHEN (SELECT yes FROM few) THEN false
                       WHEN :scope_store::uuid IS NOT NULL AND s.subject = 'customer'
                       THEN EXISTS (SELECT FROM customer_store l WHERE l.customer_id = s.subject_id AND l.store_id = :scope_store)
                       WHEN :scope_store::uuid IS NOT NULL
                       THEN EXISTS (SELECT FROM vehicle_store l WHERE l.vehicle_id = s.subject_id AND l.store_id = :scope_store)
                       WHEN s.subject = 'customer' THEN EXISTS (SELECT FROM customer c WHERE c.id = s.subject_id)
                       ELSE EXISTS (SELECT FROM vehicle v WHERE v.id = s.subject_id) END
            ORDER BY s.kind, s.key
            LIMIT :limit) k
), hit AS (
    SELECT DISTINCT ON (f.subject_id) f.subject, f.subject_id, f.kind, f.place, f.key, f.whole
      FROM found f
     ORDER BY f.subject_id, f.whole DESC, f.place
)
SELECT h.subject_id AS id, h.subject, h.kind AS matched,
       coalesce(c.name, v.plate, v.vin, p.name, o.name, a.number, r.number, w.number, t.number, m.number, d.number, '') AS title,
       CASE h.subject
            WHEN 'customer' THEN mask_phone(c.phone)
            WHEN 'vehicle' THEN nullif(concat_ws(' ', v.make, v.model), '')
            WHEN 'part' THEN p.number
            WHEN 'operation' THEN o.code
            ELSE coalesce(a.status, r.status, w.status, t.status, m.status, d.status) END AS subtitle
  FROM hit h
  LEFT JOIN customer c ON h.subject = 'customer' AND c.id = h.subject_id
  LEFT JOIN vehicle v ON h.subject = 'vehicle' AND v.id = h.subject_id
  LEFT JOIN part p ON h.subject = 'part' AND p.id = h.subject_id
  LEFT JOIN operation o ON h.subject = 'operation' AND o.id = h.subject_id
  LEFT JOIN appointment a ON h.subject = 'appointment' AND a.id = h.subject_id
  LEFT JOIN reception r ON h.subject = 'reception' AND r.id = h.subject_id
  LEFT JOIN work_order w ON h.subject = 'work_order' AND w.id = h.subject_id
  LEFT JOIN settlement t ON h.subject = 'settlement' AND t.id = h.subject_id
  LEFT JOIN complaint m ON h.subject = 'complaint' AND m.id = h.subject_id
  LEFT JOIN stock_document d ON h.subject = 'stock_document' AND d.id = h.subject_id
 ORDER BY h.whole DESC, h.place, h.key, h.subject_id
 LIMIT :limit::bigint - 1;
