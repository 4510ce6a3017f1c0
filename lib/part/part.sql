-- The list of parts.

-- name: part_get
SELECT p.id, p.version, p.number, p.brand, p.name, p.unit, p.sale_price, p.active, p.created_at, p.updated_at,
       p.price_audited, p.key_class, k.id AS "key_part_kind.id", k.name AS "key_part_kind.name", p.source_class, p.technology_score,
       CASE WHEN p.technology_score >= 35 THEN 'high' WHEN p.technology_score >= 25 THEN 'medium' WHEN p.technology_score IS NOT NULL THEN 'low' END AS technology_class,
       p.use_class, p.pack_quantity, p.core_deposit, p.tracking, part_tracking(p.tracking, p.key_class) AS tracked_by, p.costing,
       p.number_scheme AS "number_fields.scheme", p.number_company AS "number_fields.company", p.number_source AS "number_fields.source",
       p.number_group AS "number_fields.group", p.number_subgroup AS "number_fields.subgroup", p.number_piece AS "number_fields.piece",
       p.number_structure AS "number_fields.structure", p.number_change AS "number_fields.change", p.number_repair AS "number_fields.repair",
       ARRAY(SELECT b.code FROM part_barcode b WHERE b.part_id = p.id ORDER BY b.code) AS barcodes,
       c.id AS "current.id", c.number AS "current.number", c.name AS "current.name",
       p.external_ids, p.metadata
  FROM part p
  LEFT JOIN key_part_kind k ON k.id = p.key_part_kind_id
  LEFT JOIN part c ON c.id = nullif(part_current(p.id, chain_day(:now)), p.id)
 WHERE p.id = ANY (:ids) AND p.deleted_at IS NULL;

-- In the order of the keys that were typed, else of the numbers: a page is the beginning of what the indexes hold, however
-- much more there is.  A part that is found by several keys stands at its first; the parts follow one by one.

-- name: part_list   page unnamed
-- sort: number
WITH fitting AS MATERIALIZED (SELECT c.part_id AS id FROM parts_fitting(:fits_vehicle_id) c)
SELECT p.id, p.version, p.number, p.brand, p.name, p.unit, p.sale_price, p.active, p.created_at, p.updated_at,
       f.key AS _after_key, f.id AS _after_id
  FROM ((SELECT k.key, k.kind, k.subject_id AS id FROM search_key k
          WHERE k.kind = 'part_number' AND k.subject = 'part' AND k.store_id IS NULL AND part_key(:q) <> '' AND k.key >= part_key(:q) AND k.key < part_key(:q) || chr(1114111)
            AND (:fits_vehicle_id::uuid IS NULL OR k.subject_id IN (SELECT f.id FROM fitting f))
            AND (:after_key::text IS NULL OR (k.key, k.subject_id) > (:after_key, :after_id::uuid))
          ORDER BY k.key, k.subject_id)
        UNION ALL
        (SELECT k.key, k.kind, k.subject_id AS id FROM search_key k
          WHERE k.kind = 'initials' AND k.subject = 'part' AND k.store_id IS NULL AND part_key(:q) <> '' AND k.key >= part_key(:q) AND k.key < part_key(:q) || chr(1114111)
            AND (:fits_vehicle_id::uuid IS NULL OR k.subject_id IN (SELECT f.id FROM fitting f))
            AND (:after_key::text IS NULL OR (k.key, k.subject_id) > (:after_key, :after_id::uuid))
          ORDER BY k.key, k.subject_id)
        UNION ALL
        (SELECT k.key, k.kind, k.subject_id AS id FROM search_key k
          WHERE k.kind = 'pinyin' AND k.subject = 'part' AND k.store_id IS NULL AND part_key(:q) <> '' AND k.key >= part_key(:q) AND k.key < part_key(:q) || chr(1114111)
            AND (:fits_vehicle_id::uuid IS NULL OR k.subject_id IN (SELECT f.id FROM fitting f))
            AND (:after_key::text IS NULL OR (k.key, k.subject_id) > (:after_key, :after_id::uuid))
          ORDER BY k.key, k.subject_id)
        UNION ALL
        (SELECT k.key, k.kind, k.subject_id AS id FROM search_key k
          WHERE k.kind = 'name' AND k.subject = 'part' AND k.store_id IS NULL AND part_key(:q) <> '' AND k.key >= part_key(:q) AND k.key < part_key(:q) || chr(1114111)
            AND (:fits_vehicle_id::uuid IS NULL OR k.subject_id IN (SELECT f.id FROM fitting f))
            AND (:after_key::text IS NULL OR (k.key, k.subject_id) > (:after_key, :after_id::uuid))
          ORDER BY k.key, k.subject_id)
        UNION ALL
        (SELECT n.number_norm, '', n.id FROM part n
          WHERE :q::text IS NULL
            AND (:number::text IS NULL OR n.number_norm = upper(part_key(:number)))
            AND (:barcode::text IS NULL OR n.id = (SELECT b.part_id FROM part_barcode b WHERE b.code = :barcode))
            AND (:subgroup::text IS NULL OR n.number_subgroup >= :subgroup AND n.number_subgroup < :subgroup || ':')
            AND (:fits_vehicle_id::uuid IS NULL OR n.id = ANY (ARRAY(SELECT f.id FROM fitting f)))
            AND (:after_key::text IS NULL OR (n.number_norm, n.id) > (:after_key, :after_id::uuid))
          ORDER BY n.number_norm, n.id)) f
 CROSS JOIN LATERAL (
       SELECT o.id, o.version, o.number, o.brand, o.name, o.unit, o.sale_price, o.active, o.created_at, o.updated_at
         FROM part o
        WHERE o.id = f.id AND o.deleted_at IS NULL
          AND (:number::text IS NULL OR o.number_norm = upper(part_key(:number)))
          AND (:barcode::text IS NULL OR EXISTS (SELECT FROM part_barcode b WHERE b.code = :barcode AND b.part_id = o.id))
          AND (:subgroup::text IS NULL OR o.number_subgroup >= :subgroup AND o.number_subgroup < :subgroup || ':')
          AND (:source_class::text[] IS NULL OR o.source_class = ANY (:source_class))
          AND (:active::boolean IS NULL OR o.active = :active)
          AND (:updated_after::timestamptz IS NULL OR o.updated_at > :updated_after)
          AND (:after_position::text IS NULL
               OR (o.changed >= :after_position::text::xid8 AND o.changed < pg_snapshot_xmin(pg_current_snapshot())))
          AND (:q::text IS NULL
               OR NOT EXISTS (SELECT FROM search_key e
                               WHERE e.subject_id = f.id AND e.store_id IS NULL AND e.kind IN ('part_number', 'initials', 'pinyin', 'name')
                                 AND e.key >= part_key(:q) AND e.key < part_key(:q) || chr(1114111)
                                 AND (e.key, e.kind) < (f.key, f.kind)))
        LIMIT 1) p
 ORDER BY f.key, f.id
 LIMIT :limit;

-- name: part_list_otherwise   unnamed sorts: part_list
-- sort: name          p.name COLLATE "zh-x-icu"::text AS name, p.id::uuid AS id
-- sort: -name         p.name COLLATE "zh-x-icu"::text AS name, p.id::uuid AS id
-- sort: -created_at   p.created_at::timestamptz AS at, p.id::uuid AS id
-- sort: created_at    p.created_at::timestamptz AS at, p.id::uuid AS id
SELECT p.id, p.version, p.number, p.brand, p.name, p.unit, p.sale_price, p.active, p.created_at, p.updated_at,
       {keys}
  FROM part p
 WHERE p.deleted_at IS NULL
   AND (:q::text IS NULL
        OR p.id = ANY (ARRAY(SELECT e.subject_id
                               FROM search_key e
                              WHERE e.kind IN ('part_number', 'initials', 'pinyin', 'name') AND e.subject = 'part' AND e.store_id IS NULL
                                AND part_key(:q) <> '' AND e.key >= part_key(:q) AND e.key < part_key(:q) || chr(1114111))))
   AND (:number::text IS NULL OR p.number_norm = upper(part_key(:number)))
   AND (:barcode::text IS NULL OR p.id = (SELECT b.part_id FROM part_barcode b WHERE b.code = :barcode))
   AND (:subgroup::text IS NULL OR p.number_subgroup >= :subgroup AND p.number_subgroup < :subgroup || ':')
   AND (:source_class::text[] IS NULL OR p.source_class = ANY (:source_class))
   AND (:fits_vehicle_id::uuid IS NULL OR p.id = ANY (ARRAY(SELECT c.part_id FROM parts_fitting(:fits_vehicle_id) c)))
   AND (:active::boolean IS NULL OR p.active = :active)
   AND (:updated_after::timestamptz IS NULL OR p.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (p.changed >= :after_position::text::xid8 AND p.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: part_visible
SELECT p.id FROM part p WHERE p.id = :id AND p.deleted_at IS NULL;

-- name: part_lock
SELECT p.version, p.number, p.number_norm, p.name, p.sale_price, p.price_audited, p.key_part_kind_id, p.costing
  FROM part p
 WHERE p.id = :id AND p.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- Several at once, each with what its number says and was told of it; those whose number the brand has already are left out.
-- name: part_add
INSERT INTO part (id, number, number_norm, brand, name, unit, sale_price, price_audited, key_class, key_part_kind_id, tracking, costing, source_class,
                  technology_score, use_class, pack_quantity, core_deposit, active, external_ids, metadata, number_scheme, number_company, number_source, number_group,
                  number_subgroup, number_piece, number_structure, number_change, number_repair, created_at, updated_at)
SELECT s.id, n.number, s.norm, coalesce(n.brand, ''), n.name, n.unit, n.sale_price, coalesce(n.audited, false), coalesce(nullif(s.class_of_kind, 0), n.key_class),
       n.kind_id, n.tracking, coalesce(n.costing, 'moving_average'), n.source_class, n.score, n.use_class, coalesce(n.pack, 1), n.core_deposit, coalesce(n.active, true), coalesce(n.external_ids, '{}'),
       coalesce(n.metadata, '{}'), s.scheme, s.company, s.source, s.of_group, s.subgroup, s.piece, s.structure, s.change, s.repair,
       :now::timestamptz, :now::timestamptz
  FROM unnest(:parts.number::text[], :parts.brand::text[], :parts.name::text[], :parts.unit::text[], :parts.sale_price::bigint[],
              :parts.price_audited::boolean[], :parts.key_class::integer[], :parts.key_part_kind_id::uuid[], :parts.tracking::text[], :parts.costing::text[],
              :parts.source_class::text[], :parts.technology_score::integer[], :parts.use_class::text[], :parts.pack_quantity::numeric[],
              :parts.core_deposit::bigint[], :parts.active::boolean[], :parts.external_ids::jsonb[], :parts.metadata::jsonb[])
       WITH ORDINALITY n (number, brand, name, unit, sale_price, audited, key_class, kind_id, tracking, costing, source_class, score, use_class, pack,
                          core_deposit, active, external_ids, metadata, nth)
  JOIN unnest(:part_ids::uuid[], :numbers_norm::text[], :classes_of_kind::integer[], :schemes::text[], :companies::text[], :sources::text[], :groups::text[],
              :subgroups::text[], :pieces::text[], :structures::text[], :changes::text[], :repairs::text[])
       WITH ORDINALITY s (id, norm, class_of_kind, scheme, company, source, of_group, subgroup, piece, structure, change, repair, nth) USING (nth)
 ORDER BY nth
ON CONFLICT (number_norm, brand) DO NOTHING
RETURNING id;

-- name: part_by_number
SELECT p.id FROM part p WHERE p.number_norm = :number_norm AND p.brand = coalesce(:brand, '');

-- name: part_price_changed
INSERT INTO price_change (id, part_id, basis, old_price, new_price, at, actor_id)
SELECT :change_id, p.id, 'piece', p.sale_price, :sale_price, :now, :actor_id FROM part p WHERE p.id = :id AND p.sale_price <> :sale_price;

-- What it cost from when to when: the ledger's rows, and before the first of the catalogue what stood there.
-- name: part_prices   page unnamed
SELECT h.id, h.price, l.id AS "price_list.id", l.name AS "price_list.name", h.at AS valid_from,
       (SELECT n.at FROM price_change n
         WHERE n.subject_id = :id AND n.price_list_id IS NOT DISTINCT FROM h.price_list_id AND (n.at, n.id) > (h.at, h.id)
         ORDER BY n.at, n.id
         LIMIT 1) AS valid_to,
       h.adjustment_id, h.actor_id, h.at AS _after_at, h.id AS _after_id
  FROM (SELECT c.id, c.new_price AS price, c.price_list_id, c.at, c.adjustment_id, c.actor_id
          FROM price_change c
         WHERE c.subject_id = :id
        UNION ALL
        SELECT p.id, coalesce((SELECT c.old_price FROM price_change c WHERE c.subject_id = p.id AND c.price_list_id IS NULL ORDER BY c.at, c.id LIMIT 1), p.sale_price),
               NULL, p.created_at, NULL, NULL
          FROM part p
         WHERE p.id = :id) h
  LEFT JOIN price_list l ON l.id = h.price_list_id
 WHERE (:after_at::timestamptz IS NULL OR (h.at, h.id) < (:after_at, :after_id::uuid))
 ORDER BY h.at DESC, h.id DESC
 LIMIT :limit;

-- name: part_update
UPDATE part
   SET number = CASE WHEN :has_number THEN :number ELSE number END,
       number_norm = CASE WHEN :has_number THEN :number_norm ELSE number_norm END,
       brand = CASE WHEN :has_brand THEN coalesce(:brand, '') ELSE brand END,
       name = CASE WHEN :has_name THEN :name ELSE name END,
       unit = CASE WHEN :has_unit THEN :unit ELSE unit END,
       sale_price = CASE WHEN :has_sale_price THEN :sale_price ELSE sale_price END,
       price_audited = CASE WHEN :has_price_audited THEN :price_audited ELSE price_audited END,
       key_class = CASE WHEN :has_key_part_kind_id THEN coalesce(nullif(:class_of_kind::integer, 0), :key_class)
                        WHEN :has_key_class THEN :key_class
                        ELSE key_class END,
       key_part_kind_id = CASE WHEN :has_key_part_kind_id THEN :key_part_kind_id ELSE key_part_kind_id END,
       tracking = CASE WHEN :has_tracking THEN :tracking ELSE tracking END,
       costing = CASE WHEN :has_costing THEN :costing ELSE costing END,
       source_class = CASE WHEN :has_source_class THEN :source_class ELSE source_class END,
       technology_score = CASE WHEN :has_technology_score THEN :technology_score ELSE technology_score END,
       use_class = CASE WHEN :has_use_class THEN :use_class ELSE use_class END,
       pack_quantity = CASE WHEN :has_pack_quantity THEN :pack_quantity ELSE pack_quantity END,
       core_deposit = CASE WHEN :has_core_deposit THEN :core_deposit ELSE core_deposit END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- What there is was costed as it came; row security hides what other stores have.
-- name: part_stocked
SELECT part_in_stock(:id) AS in_stock;

-- name: part_unknown
SELECT l.n - 1 AS position
  FROM unnest(:part_ids::uuid[]) WITH ORDINALITY l (part_id, n)
 WHERE NOT EXISTS (SELECT FROM part p WHERE p.id = l.part_id AND p.deleted_at IS NULL)
 ORDER BY l.n;

-- name: part_barcodes_clear
DELETE FROM part_barcode WHERE part_id = :id;

-- name: part_barcodes_add
INSERT INTO part_barcode (code, part_id)
SELECT b.code, b.part_id FROM unnest(:barcodes::text[], :part_ids::uuid[]) b (code, part_id) ORDER BY b.code;

-- name: part_fields_told
-- What was told of a number stands over what it says itself.
UPDATE part
   SET number_scheme = :scheme, number_company = :company, number_source = :source, number_group = :group, number_subgroup = :subgroup, number_piece = :piece,
       number_structure = :structure, number_change = :change, number_repair = :repair, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: part_replacements   page unnamed
-- Seen from a part: what holds first, the latest first.
SELECT r.id, r.kind, CASE WHEN r.kind = 'alternative' AND NOT r.one_way THEN 'either' WHEN r.of_part_id = :id THEN 'replaced_by' ELSE 'replaces' END AS direction,
       p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", r.valid_from, r.valid_to, h.holds, r.note, r.created_at,
       NOT h.holds AS _after_over, r.id AS _after_id
  FROM ((SELECT r.id FROM part_replacement r WHERE r.of_part_id = :id)
        UNION ALL
        (SELECT r.id FROM part_replacement r WHERE r.by_part_id = :id)) k
  JOIN part_replacement r ON r.id = k.id
 CROSS JOIN LATERAL (SELECT r.valid_from <= chain_day(:now) AND (r.valid_to > chain_day(:now)) IS NOT FALSE AS holds) h
  JOIN part p ON p.id = CASE WHEN r.of_part_id = :id THEN r.by_part_id ELSE r.of_part_id END
 WHERE (:after_over::boolean IS NULL OR (NOT h.holds, r.id) > (:after_over, :after_id::uuid))
 ORDER BY NOT h.holds, r.id
 LIMIT :limit;

-- name: part_replacement_get
SELECT r.id, r.kind, CASE WHEN r.kind = 'alternative' AND NOT r.one_way THEN 'either' ELSE 'replaced_by' END AS direction,
       p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", r.valid_from, r.valid_to,
       r.valid_from <= chain_day(:now) AND (r.valid_to > chain_day(:now)) IS NOT FALSE AS holds, r.note, r.created_at
  FROM part_replacement r
  JOIN part p ON p.id = r.by_part_id
 WHERE r.id = ANY (:ids);

-- Who links parts takes turns: two at once could close a circle that neither sees.
-- name: part_replacement_turn
SELECT pg_advisory_xact_lock(hashtextextended('part_replacement', 0)) IS NULL AS turn;

-- name: part_replacement_check
SELECT EXISTS (SELECT FROM part p WHERE p.id = :part_id AND p.deleted_at IS NULL) AS known,
       part_ends_in(:part_id, :of_part_id, coalesce(:valid_from::date, chain_day(:now))) AS circle;

-- name: part_replacement_add
INSERT INTO part_replacement (id, of_part_id, by_part_id, kind, one_way, valid_from, note, created_by, created_at, updated_at)
VALUES (:replacement_id, :of_part_id, :part_id, :kind, coalesce(:one_way, false), coalesce(:valid_from::date, chain_day(:now)), :note, :actor_id, :now, :now);

-- name: part_replacement_lock
SELECT r.of_part_id, r.by_part_id, coalesce(:valid_to::date, chain_day(:now)) > r.valid_to AS over FROM part_replacement r WHERE r.id = :id FOR NO KEY UPDATE;

-- name: part_replacement_end
UPDATE part_replacement SET valid_to = greatest(valid_from, coalesce(:valid_to::date, chain_day(:now))), updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: part_fitments   page unnamed
SELECT f.id, f.make, f.model, f.year_from, f.year_to, f.engine, f.note, f.position AS _after_place, f.id AS _after_id
  FROM part_fitment f
 WHERE f.part_id = :id AND (:after_place::integer IS NULL OR (f.position, f.id) > (:after_place, :after_id::uuid))
 ORDER BY f.position, f.id
 LIMIT :limit;

-- name: part_fitments_clear
DELETE FROM part_fitment WHERE part_id = :id;

-- name: part_fitments_set
INSERT INTO part_fitment (id, part_id, position, make, model, year_from, year_to, engine, note)
SELECT f.id, :part_id, f.n, f.make, f.model, nullif(f.year_from, 0), nullif(f.year_to, 0), f.engine, f.note
  FROM unnest(:fitment_ids::uuid[], :fitments.make::text[], :fitments.model::text[], :fitments.year_from::integer[], :fitments.year_to::integer[],
              :fitments.engine::text[], :fitments.note::text[])
       WITH ORDINALITY f (id, make, model, year_from, year_to, engine, note, n);

-- name: part_touch
UPDATE part SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;
