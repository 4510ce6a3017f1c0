-- Shifts and absences, skills and certificates.  The lists of a person are those of all with one more filter; each order
-- is an index that leads with the store, or the chain's own.

-- name: shift_get
SELECT h.id, h.version, h.store_id, h.staff_id, f.id AS "staff.id", f.name AS "staff.name", h.status, h.date,
       to_char(h.starts_at AT TIME ZONE s.time_zone, 'HH24:MI') AS "from", to_char(h.ends_at AT TIME ZONE s.time_zone, 'HH24:MI') AS "to",
       h.starts_at, h.ends_at, s.time_zone, h.reason, h.note, h.created_at, h.updated_at
  FROM shift h
  JOIN store s ON s.id = h.store_id
  LEFT JOIN staff f ON f.id = h.staff_id
 WHERE h.id = ANY (:ids);

-- name: shift_list   page unnamed
-- sort: starts_at    h.starts_at::timestamptz AS at, h.id::uuid AS id
-- sort: -starts_at   h.starts_at::timestamptz AS at, h.id::uuid AS id
SELECT h.id, h.version, h.store_id, h.staff_id, f.id AS "staff.id", f.name AS "staff.name", h.status, h.date,
       to_char(h.starts_at AT TIME ZONE s.time_zone, 'HH24:MI') AS "from", to_char(h.ends_at AT TIME ZONE s.time_zone, 'HH24:MI') AS "to",
       h.starts_at, h.ends_at, s.time_zone, h.reason, h.note, h.created_at, h.updated_at,
       {keys}
  FROM shift h
  JOIN store s ON s.id = h.store_id
  LEFT JOIN staff f ON f.id = h.staff_id
 WHERE (:scope_store::uuid IS NULL OR h.store_id = :scope_store)
   AND (:staff_id::uuid IS NULL OR h.staff_id = :staff_id)
   AND (:status::text[] IS NULL OR h.status = ANY (:status))
   -- no shift is longer than a day, which lets the index on the start find those that reach in
   AND (:from::timestamptz IS NULL OR h.ends_at > :from AND h.starts_at > :from::timestamptz - interval '1 day')
   AND (:to::timestamptz IS NULL OR h.starts_at < :to)
   AND (:updated_after::timestamptz IS NULL OR h.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (h.changed >= :after_position::text::xid8 AND h.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- The lock of booking_wait: who books the person stands in line here.
-- name: staff_wait
SELECT pg_advisory_xact_lock(hashtextextended(:id::uuid::text, 0));

-- name: shift_wait
SELECT pg_advisory_xact_lock(hashtextextended(h.staff_id::text, 0)) FROM shift h WHERE h.id = :id;

-- name: absence_wait
SELECT pg_advisory_xact_lock(hashtextextended(a.staff_id::text, 0)) FROM absence a WHERE a.id = :id;

-- When a shift would be, and whether the person works in that store at all.
-- name: shift_place
SELECT (:date::date + :from::text::time) AT TIME ZONE s.time_zone AS starts_at,
       (:date::date + :to::text::time) AT TIME ZONE s.time_zone AS ends_at,
       :date::date < (:now::timestamptz AT TIME ZONE s.time_zone)::date AS is_past,
       CASE WHEN f.store_id = s.id THEN true
            ELSE EXISTS (SELECT FROM staff_grant g
                          WHERE g.staff_id = f.id AND g.revoked_at IS NULL
                            AND (g.store_id = s.id OR g.region_id = s.region_id OR g.scope = 'chain')) END AS works_here
  FROM staff f, store s
 WHERE f.id = :staff_id AND f.active AND f.deleted_at IS NULL AND s.id = :store_id AND s.deleted_at IS NULL;

-- name: shift_lock
SELECT h.version, h.store_id, h.staff_id, h.status, h.date, h.starts_at, h.ends_at,
       to_char(h.starts_at AT TIME ZONE s.time_zone, 'HH24:MI') AS "from", to_char(h.ends_at AT TIME ZONE s.time_zone, 'HH24:MI') AS "to"
  FROM shift h
  JOIN store s ON s.id = h.store_id
 WHERE h.id = :id
   FOR NO KEY UPDATE OF h;

-- name: shift_add
INSERT INTO shift (id, store_id, staff_id, date, starts_at, ends_at, note, created_at, updated_at)
VALUES (:shift_id, :store_id, :staff_id, :date, :starts_at, :ends_at, :note, :now, :now);

-- name: shift_update
UPDATE shift
   SET date = :date, starts_at = :starts_at, ends_at = :ends_at,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: shift_cancel
UPDATE shift
   SET status = 'cancelled', reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: absence_get
SELECT a.id, a.version, a.store_id, a.staff_id, f.id AS "staff.id", f.name AS "staff.name", a.kind, a.status,
       a.starts_at, a.ends_at, a.note, a.created_at, a.updated_at
  FROM absence a
  LEFT JOIN staff f ON f.id = a.staff_id
 WHERE a.id = ANY (:ids);

-- name: absence_list   page unnamed
-- sort: starts_at    a.starts_at::timestamptz AS at, a.id::uuid AS id
-- sort: -starts_at   a.starts_at::timestamptz AS at, a.id::uuid AS id
SELECT a.id, a.version, a.store_id, a.staff_id, f.id AS "staff.id", f.name AS "staff.name", a.kind, a.status,
       a.starts_at, a.ends_at, a.note, a.created_at, a.updated_at,
       {keys}
  FROM absence a
  LEFT JOIN staff f ON f.id = a.staff_id
 WHERE (:scope_store::uuid IS NULL OR a.store_id = :scope_store)
   AND (:staff_id::uuid IS NULL OR a.staff_id = :staff_id)
   AND (:status::text[] IS NULL OR a.status = ANY (:status))
   AND (:from::timestamptz IS NULL OR a.ends_at > :from AND a.starts_at > :from::timestamptz - interval '367 days')
   AND (:to::timestamptz IS NULL OR a.starts_at < :to)
   AND (:updated_after::timestamptz IS NULL OR a.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (a.changed >= :after_position::text::xid8 AND a.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: absence_lock
SELECT a.version, a.store_id, a.staff_id, a.status, a.starts_at, a.ends_at
  FROM absence a
 WHERE a.id = :id
   FOR NO KEY UPDATE;

-- name: absence_add
INSERT INTO absence (id, store_id, staff_id, kind, starts_at, ends_at, note, created_at, updated_at)
VALUES (:absence_id, :store_id, :staff_id, :kind, :starts_at, :ends_at, :note, :now, :now);

-- name: absence_update
UPDATE absence
   SET kind = CASE WHEN :has_kind THEN :kind ELSE kind END,
       starts_at = CASE WHEN :has_starts_at THEN :starts_at ELSE starts_at END,
       ends_at = CASE WHEN :has_ends_at THEN :ends_at ELSE ends_at END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: absence_cancel
UPDATE absence SET status = 'cancelled', version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: skill_list   page unnamed
SELECT k.store_id, k.staff_id, f.id AS "staff.id", f.name AS "staff.name", k.skill, k.level, k.updated_at,
       k.skill AS _after_key, k.id AS _after_id
  FROM staff_skill k
  LEFT JOIN staff f ON f.id = k.staff_id
 WHERE (:scope_store::uuid IS NULL OR k.store_id = :scope_store)
   AND (:staff_id::uuid IS NULL OR k.staff_id = :staff_id)
   AND (:skill::text IS NULL OR k.skill = :skill)
   AND (:after_key::text IS NULL OR (k.skill, k.id) > (:after_key, :after_id::uuid))
 ORDER BY k.skill, k.id
 LIMIT :limit;

-- name: skills_drop
DELETE FROM staff_skill WHERE staff_id = :id AND skill <> ALL (:skills.skill::text[]);

-- name: skills_set
INSERT INTO staff_skill (id, store_id, staff_id, skill, level, updated_at)
SELECT k.id, :store_id::uuid, :id::uuid, k.skill, k.level, :now::timestamptz
  FROM unnest(:skill_ids::uuid[], :skills.skill::text[], :skills.level::integer[]) k (id, skill, level)
    ON CONFLICT (staff_id, skill) DO UPDATE
   SET level = excluded.level, updated_at = excluded.updated_at, changed = pg_current_xact_id()
 WHERE staff_skill.level <> excluded.level;

-- name: certificate_get
SELECT c.id, c.version, c.store_id, c.staff_id, f.id AS "staff.id", f.name AS "staff.name", c.kind, c.number, c.issuer,
       c.valid_from, nullif(c.expires_on, 'infinity') AS expires_on, c.note, c.created_at, c.updated_at, c.deleted_at, c.deleted_reason
  FROM certificate c
  LEFT JOIN staff f ON f.id = c.staff_id
 WHERE c.id = ANY (:ids) AND c.deleted_at IS NULL;

-- name: certificate_list   page unnamed
SELECT c.id, c.version, c.store_id, c.staff_id, f.id AS "staff.id", f.name AS "staff.name", c.kind, c.number, c.issuer,
       c.valid_from, nullif(c.expires_on, 'infinity') AS expires_on, c.note, c.created_at, c.updated_at, c.deleted_at, c.deleted_reason,
       c.expires_on AS _after_day, c.id AS _after_id
  FROM certificate c
  LEFT JOIN staff f ON f.id = c.staff_id
 WHERE (:after_position::text IS NOT NULL OR c.deleted_at IS NULL)
   AND (:scope_store::uuid IS NULL OR c.store_id = :scope_store)
   AND (:staff_id::uuid IS NULL OR c.staff_id = :staff_id)
   AND (:kind::text IS NULL OR c.kind = :kind)
   AND (:valid_on::date IS NULL OR :valid_on BETWEEN c.valid_from AND c.expires_on)
   AND (:expires_before::date IS NULL OR c.expires_on < :expires_before)
   AND (:updated_after::timestamptz IS NULL OR c.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (c.changed >= :after_position::text::xid8 AND c.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_day::date IS NULL OR (c.expires_on, c.id) > (:after_day, :after_id::uuid))
 ORDER BY c.expires_on, c.id
 LIMIT :limit;

-- name: certificate_lock
SELECT c.version, c.store_id, c.valid_from, nullif(c.expires_on, 'infinity') AS expires_on
  FROM certificate c
 WHERE c.id = :id AND c.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: certificate_add
INSERT INTO certificate (id, store_id, staff_id, kind, number, issuer, valid_from, expires_on, note, created_at, updated_at)
VALUES (:certificate_id, :store_id, :staff_id, :kind, :number, :issuer, :valid_from, coalesce(:expires_on::date, 'infinity'), :note,
        :now, :now);

-- name: certificate_update
UPDATE certificate
   SET number = CASE WHEN :has_number THEN :number ELSE number END,
       issuer = CASE WHEN :has_issuer THEN :issuer ELSE issuer END,
       valid_from = CASE WHEN :has_valid_from THEN :valid_from ELSE valid_from END,
       expires_on = CASE WHEN :has_expires_on THEN coalesce(:expires_on::date, 'infinity') ELSE expires_on END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: certificate_delete
UPDATE certificate
   SET deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
