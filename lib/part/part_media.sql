-- Pictures, drawings and references to catalogues of a part.

-- name: part_files   page unnamed
SELECT f.file_id AS id, f.kind, f.caption, f.media_type, f.size, f.place AS _after_place, f.file_id AS _after_id
  FROM part_file f
 WHERE f.part_id = :id AND (:after_place::integer IS NULL OR (f.place, f.file_id) > (:after_place, :after_id::uuid))
 ORDER BY f.place, f.file_id
 LIMIT :limit;

-- A file of a visit or a complaint is its customer's, and shown to no other store.

-- name: part_files_check
SELECT f.id IS NOT NULL AS found, coalesce(f.media_type LIKE 'image/%' OR f.media_type = 'application/pdf', false) AS fits
  FROM unnest(:files.file_id::uuid[]) WITH ORDINALITY n (file_id, n)
  LEFT JOIN file f ON f.id = n.file_id AND f.subject_id IS NULL AND f.deleted_at IS NULL
 ORDER BY n.n;

-- name: part_files_clear
DELETE FROM part_file WHERE part_id = :id;

-- name: part_files_set
INSERT INTO part_file (part_id, place, file_id, kind, caption, media_type, size)
SELECT :id::uuid, n.n, f.id, n.kind, n.caption, f.media_type, f.size
  FROM unnest(:files.file_id::uuid[], :files.kind::text[], :files.caption::text[]) WITH ORDINALITY n (file_id, kind, caption, n)
  JOIN file f ON f.id = n.file_id;

-- name: part_epc_references   page unnamed
SELECT e.id, e.catalogue, e.figure, e.position, e.note, e.place AS _after_place, e.id AS _after_id
  FROM part_epc_reference e
 WHERE e.part_id = :id AND (:after_place::integer IS NULL OR (e.place, e.id) > (:after_place, :after_id::uuid))
 ORDER BY e.place, e.id
 LIMIT :limit;

-- name: part_epc_references_clear
DELETE FROM part_epc_reference WHERE part_id = :id;

-- name: part_epc_references_set
INSERT INTO part_epc_reference (id, part_id, place, catalogue, figure, position, note)
SELECT n.id, :id::uuid, n.n, n.catalogue, n.figure, n.position, n.note
  FROM unnest(:reference_ids::uuid[], :references.catalogue::text[], :references.figure::text[], :references.position::text[], :references.note::text[])
       WITH ORDINALITY n (id, catalogue, figure, position, note, n);
