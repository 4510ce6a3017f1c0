-- Search keys.

-- name: search_key_add
INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT :kind, key, :subject, :subject_id, :store_id
  FROM unnest(:keys::text[]) k (key)
ON CONFLICT DO NOTHING;

-- name: search_key_clear
DELETE FROM search_key WHERE subject_id = :subject_id AND (:kind::text IS NULL OR kind = :kind);

-- name: search_find   unnamed
-- Each kind is an index range that ends once enough that the caller may see is found.
WITH wanted AS (
    SELECT w.kind, w.key, w.place
      FROM unnest(:search_kinds::text[], :search_keys::text[]) WITH ORDINALITY w (kind, key, place)
), hit AS (
    SELECT DISTINCT ON (k.subject_id) k.subject, k.subject_id, w.kind, w.place, k.key, k.key = w.key AS whole
      FROM wanted w
     CROSS JOIN LATERAL (
           SELECT s.subject, s.subject_id, s.key
             FROM search_key s
            WHERE s.kind = w.kind AND s.key >= w.key AND s.key < w.key || chr(1114111)
              AND s.subject = ANY (:subjects::text[])
              AND CASE s.subject WHEN 'customer' THEN EXISTS (SELECT FROM customer c WHERE c.id = s.subject_id)
                                 WHEN 'vehicle' THEN EXISTS (SELECT FROM vehicle v WHERE v.id = s.subject_id)
                                 ELSE true END
              AND (:scope_store::uuid IS NULL OR s.store_id IS NULL OR s.store_id = :scope_store)
            ORDER BY s.kind, s.key
            LIMIT :limit) k
     ORDER BY k.subject_id, k.key <> w.key, w.place
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
