-- Regions, stores, hours, holidays, bays, house rules.

-- name: region_get
SELECT r.id, r.version, r.code, r.name, r.created_at, r.updated_at, r.deleted_at, r.deleted_reason
  FROM region r
 WHERE r.id = ANY (:ids) AND r.deleted_at IS NULL;

-- name: region_list   page unnamed
SELECT r.id, r.version, r.code, r.name, r.created_at, r.updated_at, r.deleted_at, r.deleted_reason,
       r.code AS _after_code, r.id AS _after_id
  FROM region r
 WHERE (:after_position::text IS NOT NULL OR r.deleted_at IS NULL)
   AND (:updated_after::timestamptz IS NULL OR r.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (r.changed >= :after_position::text::xid8 AND r.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (r.code, r.id) > (:after_code, :after_id::uuid))
 ORDER BY r.code, r.id
 LIMIT :limit;

-- name: region_lock
SELECT r.version FROM region r WHERE r.id = :id AND r.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: region_add
INSERT INTO region (id, code, name, created_at, updated_at)
VALUES (:id, :code, :name, :now, :now);

-- name: region_update
UPDATE region
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Against a store that joins at this moment, which takes KEY SHARE of its region.
-- name: region_lock_to_delete
SELECT r.version FROM region r WHERE r.id = :id AND r.deleted_at IS NULL FOR UPDATE;

-- name: region_first_store
SELECT s.code FROM store s WHERE s.region_id = :id AND s.deleted_at IS NULL ORDER BY s.code LIMIT 1;

-- name: region_delete
UPDATE region
   SET deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: region_usable
SELECT r.id FROM region r WHERE r.id = :region_id AND r.deleted_at IS NULL FOR KEY SHARE;

-- name: store_get
SELECT s.id, s.version, s.code, s.name, s.kind, nullif(s.store_class, '') AS store_class, r.id AS "region.id", r.name AS "region.name",
       s.time_zone, s.phone, s.address, s.created_at, s.updated_at,
       s.directions, s.what_to_bring, s.licence_class, s.licence_number, s.external_ids, s.metadata
  FROM store s
  JOIN region r ON r.id = s.region_id
 WHERE s.id = ANY (:ids) AND s.deleted_at IS NULL;

-- name: store_hours_of
SELECT h.store_id AS _parent, h.weekday, h.opens, h.closes
  FROM store_hours h
 WHERE h.store_id = ANY (:ids)
 ORDER BY h.store_id, h.weekday, h.opens;

-- name: store_holidays_of
SELECT h.store_id AS _parent, h.date, h.closed, h.opens, h.closes, h.name
  FROM store_holiday h
 WHERE h.store_id = ANY (:ids)
 ORDER BY h.store_id, h.date;

-- name: store_list   page unnamed
SELECT s.id, s.version, s.code, s.name, s.kind, nullif(s.store_class, '') AS store_class, r.id AS "region.id", r.name AS "region.name",
       s.time_zone, s.phone, s.address, s.created_at, s.updated_at,
       s.code AS _after_code, s.id AS _after_id
  FROM store s
  JOIN region r ON r.id = s.region_id
 WHERE s.deleted_at IS NULL
   AND (:region_id::uuid IS NULL OR s.region_id = :region_id)
   AND (:code::text IS NULL OR s.code = :code)
   AND (:updated_after::timestamptz IS NULL OR s.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (s.changed >= :after_position::text::xid8 AND s.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (s.code, s.id) > (:after_code, :after_id::uuid))
 ORDER BY s.code, s.id
 LIMIT :limit;

-- name: store_visible
SELECT s.id FROM store s WHERE s.id = :id AND s.deleted_at IS NULL;

-- The store that a parameter or body names.
-- name: store_named
SELECT s.id FROM store s WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- name: store_lock
SELECT s.version FROM store s WHERE s.id = :id AND s.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: store_add
INSERT INTO store (id, code, name, kind, store_class, region_id, time_zone, phone, address, directions, what_to_bring, licence_class, licence_number,
                   external_ids, metadata, created_at, updated_at)
VALUES (:id, :code, :name, coalesce(:kind, 'own'), coalesce(:store_class, ''), :region_id, coalesce(:time_zone, 'Asia/Shanghai'), :phone, :address,
        :directions, :what_to_bring, :licence_class, :licence_number, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: store_policy_add
INSERT INTO store_policy (store_id, updated_at) VALUES (:id, :now);

-- name: store_warehouse_add
INSERT INTO warehouse (id, store_id, code, name, is_default, created_at, updated_at)
VALUES (:warehouse_id, :id, 'MAIN', 'MAIN', true, :now, :now);

-- name: store_hours_default
INSERT INTO store_hours (store_id, weekday, opens, closes)
SELECT :id, weekday, '08:30', '18:00' FROM generate_series(1, 7) weekday;

-- name: store_update
UPDATE store
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       region_id = CASE WHEN :has_region_id THEN :region_id ELSE region_id END,
       kind = CASE WHEN :has_kind THEN :kind ELSE kind END,
       store_class = CASE WHEN :has_store_class THEN coalesce(:store_class, '') ELSE store_class END,
       phone = CASE WHEN :has_phone THEN :phone ELSE phone END,
       address = CASE WHEN :has_address THEN :address ELSE address END,
       directions = CASE WHEN :has_directions THEN :directions ELSE directions END,
       what_to_bring = CASE WHEN :has_what_to_bring THEN :what_to_bring ELSE what_to_bring END,
       licence_class = CASE WHEN :has_licence_class THEN :licence_class ELSE licence_class END,
       licence_number = CASE WHEN :has_licence_number THEN :licence_number ELSE licence_number END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: store_touch
UPDATE store SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: store_hours_clear
DELETE FROM store_hours WHERE store_id = :id;

-- name: store_hours_set
INSERT INTO store_hours (store_id, weekday, opens, closes)
SELECT :id, weekday, opens, closes
  FROM unnest(:hours.weekday::smallint[], :hours.opens::text[], :hours.closes::text[]) h (weekday, opens, closes);

-- name: store_holiday_add
INSERT INTO store_holiday (store_id, date, closed, opens, closes, name)
VALUES (:id, :date, coalesce(:closed, :opens::text IS NULL), :opens, :closes, :name);

-- name: store_holiday_remove
DELETE FROM store_holiday WHERE store_id = :id AND date = :date RETURNING date;

-- name: bay_list   page unnamed
SELECT b.id, b.version, b.store_id, b.code, b.name, b.kind, b.active, b.created_at, b.updated_at,
       b.deleted_at, b.deleted_reason,
       b.code AS _after_code, b.id AS _after_id
  FROM bay b
 WHERE b.store_id = :id AND (:after_position::text IS NOT NULL OR b.deleted_at IS NULL)
   AND (:updated_after::timestamptz IS NULL OR b.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (b.changed >= :after_position::text::xid8 AND b.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (b.code, b.id) > (:after_code, :after_id::uuid))
 ORDER BY b.code, b.id
 LIMIT :limit;

-- name: bay_get
SELECT b.id, b.version, b.store_id, b.code, b.name, b.kind, b.active, b.created_at, b.updated_at,
       b.deleted_at, b.deleted_reason
  FROM bay b
 WHERE b.id = ANY (:ids) AND b.deleted_at IS NULL;

-- name: bay_add
INSERT INTO bay (id, store_id, code, name, kind, created_at, updated_at)
VALUES (:bay_id, :id, :code, coalesce(:name, :code), coalesce(:kind, 'general'), :now, :now);

-- name: bay_lock
SELECT b.version, b.store_id FROM bay b WHERE b.id = :id AND b.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: bay_update
UPDATE bay
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       kind = CASE WHEN :has_kind THEN :kind ELSE kind END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- The store's lock of booking_wait, which everybody takes before the row.
-- name: bay_wait
SELECT pg_advisory_xact_lock(hashtextextended(b.store_id::text, 0)) FROM bay b WHERE b.id = :id;

-- Who is still to come to a bay, or stands in it.
-- name: bay_first_user
(SELECT a.number
   FROM appointment a
  WHERE a.bay_id = :id AND a.starts_at > :now::timestamptz - interval '1 day' AND a.ends_at > :now AND a.status IN ('pending', 'confirmed', 'arrived', 'converted')
    AND a.released_at IS NULL
    AND a.store_id = (SELECT b.store_id FROM bay b WHERE b.id = :id)
  ORDER BY a.starts_at, a.id LIMIT 1)
 UNION ALL
(SELECT w.number
   FROM work_order w
  WHERE w.bay_id = :id AND w.status IN ('dispatched', 'in_progress', 'paused', 'awaiting_qc')
    AND w.store_id = (SELECT b.store_id FROM bay b WHERE b.id = :id)
  ORDER BY w.opened_at, w.id LIMIT 1)
 UNION ALL
(SELECT w.number
   FROM bay_occupancy o
   JOIN work_order w ON w.id = o.work_order_id
  WHERE o.bay_id = :id AND o.ends_at = 'infinity' AND o.store_id = (SELECT b.store_id FROM bay b WHERE b.id = :id)
  ORDER BY o.starts_at LIMIT 1);

-- name: bay_delete
UPDATE bay
   SET active = false, deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: store_policies_get
SELECT p.store_id AS id, p.version, p.vin_rule, p.tax_bp, p.rounding_fen, p.slot_minutes, p.discount_limit_bp, p.approval_hours, p.variance_limit_bp,
       p.survey_low_score, p.hold_minutes, p.offer_minutes, p.queue_minutes, p.tablet_minutes, p.qc_levels, p.qc_levels_regulated, p.qc_levels_key_parts, p.certificate_rule,
       p.equipment_overdue, p.walk_in_share_bp, p.comeback_share_bp, p.late_cancel_hours, p.reminder_hours, p.grace_minutes, p.no_show_automatic,
       p.simple_repair_hours, p.complex_repair_hours, p.acceptance_rule, p.sublet_rule, p.diagnosis_required, p.greeting_seconds, p.call_attempts, p.call_in_minutes, p.estimate_valid_days, p.updated_at
  FROM store_policy p
 WHERE p.store_id = ANY (:ids);

-- name: store_booking_limits
SELECT l.store_id AS _parent, l.service_class, l.per_hour, l.per_day
  FROM booking_limit l
 WHERE l.store_id = ANY (:ids)
 ORDER BY l.store_id, l.service_class;

-- name: store_booking_limits_remove
DELETE FROM booking_limit WHERE store_id = :id;

-- name: store_booking_limit_add
INSERT INTO booking_limit (store_id, service_class, per_hour, per_day) VALUES (:id, :service_class, :per_hour, :per_day);

-- name: store_discount_limits
SELECT d.store_id AS _parent, d.role, d.limit_bp FROM discount_limit d WHERE d.store_id = ANY (:ids) ORDER BY d.store_id, d.role;

-- name: discount_limits_clear
DELETE FROM discount_limit WHERE store_id = :id;

-- name: discount_limits_set
INSERT INTO discount_limit (store_id, role, limit_bp)
SELECT :id, d.role, d.limit_bp
  FROM unnest(:discount_limits.role::text[], :discount_limits.limit_bp::integer[]) d (role, limit_bp);

-- name: store_purchase_limits
SELECT d.store_id AS _parent, d.role, d.limit_amount FROM purchase_limit d WHERE d.store_id = ANY (:ids) ORDER BY d.store_id, d.role;

-- name: purchase_limits_clear
DELETE FROM purchase_limit WHERE store_id = :id;

-- name: purchase_limits_set
INSERT INTO purchase_limit (store_id, role, limit_amount)
SELECT :id, d.role, d.limit_amount
  FROM unnest(:purchase_limits.role::text[], :purchase_limits.limit_amount::bigint[]) d (role, limit_amount);

-- name: store_policies_lock
SELECT p.version FROM store_policy p WHERE p.store_id = :id FOR NO KEY UPDATE;

-- name: store_policies_update
UPDATE store_policy
   SET vin_rule = CASE WHEN :has_vin_rule THEN :vin_rule ELSE vin_rule END,
       tax_bp = CASE WHEN :has_tax_bp THEN :tax_bp ELSE tax_bp END,
       rounding_fen = CASE WHEN :has_rounding_fen THEN :rounding_fen ELSE rounding_fen END,
       slot_minutes = CASE WHEN :has_slot_minutes THEN :slot_minutes ELSE slot_minutes END,
       variance_limit_bp = CASE WHEN :has_variance_limit_bp THEN :variance_limit_bp ELSE variance_limit_bp END,
       approval_hours = CASE WHEN :has_approval_hours THEN :approval_hours ELSE approval_hours END,
       discount_limit_bp = CASE WHEN :has_discount_limit_bp THEN :discount_limit_bp ELSE discount_limit_bp END,
       survey_low_score = CASE WHEN :has_survey_low_score THEN :survey_low_score ELSE survey_low_score END,
       hold_minutes = CASE WHEN :has_hold_minutes THEN :hold_minutes ELSE hold_minutes END,
       offer_minutes = CASE WHEN :has_offer_minutes THEN :offer_minutes ELSE offer_minutes END,
       queue_minutes = CASE WHEN :has_queue_minutes THEN :queue_minutes ELSE queue_minutes END,
       tablet_minutes = CASE WHEN :has_tablet_minutes THEN :tablet_minutes ELSE tablet_minutes END,
       qc_levels = CASE WHEN :has_qc_levels THEN :qc_levels::text[] ELSE qc_levels END,
       qc_levels_regulated = CASE WHEN :has_qc_levels_regulated THEN :qc_levels_regulated::text[] ELSE qc_levels_regulated END,
       qc_levels_key_parts = CASE WHEN :has_qc_levels_key_parts THEN :qc_levels_key_parts::text[] ELSE qc_levels_key_parts END,
       walk_in_share_bp = CASE WHEN :has_walk_in_share_bp THEN :walk_in_share_bp ELSE walk_in_share_bp END,
       comeback_share_bp = CASE WHEN :has_comeback_share_bp THEN :comeback_share_bp ELSE comeback_share_bp END,
       late_cancel_hours = CASE WHEN :has_late_cancel_hours THEN :late_cancel_hours ELSE late_cancel_hours END,
       reminder_hours = CASE WHEN :has_reminder_hours THEN :reminder_hours::integer[] ELSE reminder_hours END,
       grace_minutes = CASE WHEN :has_grace_minutes THEN :grace_minutes ELSE grace_minutes END,
       no_show_automatic = CASE WHEN :has_no_show_automatic THEN :no_show_automatic ELSE no_show_automatic END,
       certificate_rule = CASE WHEN :has_certificate_rule THEN :certificate_rule ELSE certificate_rule END,
       equipment_overdue = CASE WHEN :has_equipment_overdue THEN :equipment_overdue ELSE equipment_overdue END,
       simple_repair_hours = CASE WHEN :has_simple_repair_hours THEN :simple_repair_hours ELSE simple_repair_hours END,
       complex_repair_hours = CASE WHEN :has_complex_repair_hours THEN :complex_repair_hours ELSE complex_repair_hours END,
       acceptance_rule = CASE WHEN :has_acceptance_rule THEN :acceptance_rule ELSE acceptance_rule END,
       greeting_seconds = CASE WHEN :has_greeting_seconds THEN :greeting_seconds ELSE greeting_seconds END,
       call_attempts = CASE WHEN :has_call_attempts THEN :call_attempts ELSE call_attempts END,
       call_in_minutes = CASE WHEN :has_call_in_minutes THEN :call_in_minutes ELSE call_in_minutes END,
       estimate_valid_days = CASE WHEN :has_estimate_valid_days THEN :estimate_valid_days ELSE estimate_valid_days END,
       diagnosis_required = CASE WHEN :has_diagnosis_required THEN :diagnosis_required ELSE diagnosis_required END,
       sublet_rule = CASE WHEN :has_sublet_rule THEN :sublet_rule ELSE sublet_rule END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE store_id = :id;

-- Document numbers: the row lock of the counter comes last in a transaction.

-- name: document_number_next
SELECT document_number_next(:store_id, :kind, :now) AS number;
