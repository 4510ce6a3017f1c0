-- Departments, their people and the rules that send work to them.

-- name: department_get
SELECT d.id, d.version, d.store_id, d.code, d.name, d.kind, d.status, d.lead_id, f.id AS "lead.id", f.name AS "lead.name",
       d.service_classes, d.skills, d.repair_categories, d.note, d.retired_at, d.created_at, d.updated_at
  FROM department d
  LEFT JOIN staff f ON f.id = d.lead_id
 WHERE d.id = ANY (:ids);

-- name: department_members
SELECT m.department_id AS _parent, m.staff_id AS id, f.name,
       NOT EXISTS (SELECT FROM department_member o
                    WHERE o.store_id = m.store_id AND o.staff_id = m.staff_id AND o.position < m.position) AS first
  FROM department_member m
  JOIN staff f ON f.id = m.staff_id AND f.active AND f.deleted_at IS NULL
 WHERE m.department_id = ANY (:ids)
 ORDER BY m.department_id, f.name, m.staff_id;

-- A store has a handful.
-- name: department_list   page unnamed
SELECT d.id, d.version, d.store_id, d.code, d.name, d.kind, d.status, d.lead_id, f.id AS "lead.id", f.name AS "lead.name",
       d.service_classes, d.skills, d.repair_categories, d.note, d.retired_at, d.created_at, d.updated_at,
       d.code AS _after_code, d.id AS _after_id
  FROM department d
  LEFT JOIN staff f ON f.id = d.lead_id
 WHERE (:scope_store::uuid IS NULL OR d.store_id = :scope_store)
   AND (:kind::text IS NULL OR d.kind = :kind)
   AND (:status::text IS NULL OR d.status = :status)
   AND (:updated_after::timestamptz IS NULL OR d.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (d.changed >= :after_position::text::xid8 AND d.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (d.code, d.id) > (:after_code, :after_id::uuid))
 ORDER BY d.code, d.id
 LIMIT :limit;

-- name: department_visible
SELECT d.id FROM department d WHERE d.id = :id;

-- name: department_lock
SELECT d.version, d.store_id, d.status FROM department d WHERE d.id = :id FOR NO KEY UPDATE;

-- Against the work that is just being given to it (department_for, department_target).
-- name: department_lock_to_retire
SELECT d.version, d.store_id, d.status FROM department d WHERE d.id = :id FOR UPDATE;

-- name: department_add
INSERT INTO department (id, store_id, code, name, kind, lead_id, service_classes, skills, repair_categories, note, created_at, updated_at)
VALUES (:department_id, :store_id, :code, :name, :kind, :lead_id, coalesce(:service_classes::text[], '{}'), coalesce(:skills::text[], '{}'),
        coalesce(:repair_categories::text[], '{}'), :note, :now, :now);

-- name: department_update   rows: 1
UPDATE department
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       kind = CASE WHEN :has_kind THEN :kind ELSE kind END,
       lead_id = CASE WHEN :has_lead_id THEN :lead_id ELSE lead_id END,
       service_classes = CASE WHEN :has_service_classes THEN coalesce(:service_classes::text[], '{}') ELSE service_classes END,
       skills = CASE WHEN :has_skills THEN coalesce(:skills::text[], '{}') ELSE skills END,
       repair_categories = CASE WHEN :has_repair_categories THEN coalesce(:repair_categories::text[], '{}') ELSE repair_categories END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: department_set_status   rows: 1
UPDATE department
   SET status = :status, retired_at = CASE WHEN :status::text = 'retired' THEN :now::timestamptz END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- The lines of a department whose orders are still here, found by the orders: those are few.
-- name: department_open_lines
SELECT count(*) AS n
  FROM work_order o
  JOIN work_order_line l ON l.work_order_id = o.id
 WHERE o.store_id = :store_id AND o.deleted_at IS NULL
   AND o.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled')
   AND l.department_id = :id AND l.status IN ('proposed', 'authorised');

-- name: department_hand_over
UPDATE work_order_line l
   SET department_id = :into_id, department_reason = 'department_retired', department_note = NULL,
       updated_at = :now, changed = pg_current_xact_id()
  FROM work_order o
 WHERE o.store_id = :store_id AND o.deleted_at IS NULL
   AND o.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled')
   AND l.work_order_id = o.id AND l.department_id = :id AND l.status IN ('proposed', 'authorised');

-- One that work can be given to stays in use until it has it.
-- name: department_target
SELECT d.id, d.status FROM department d WHERE d.id = :into_id AND d.store_id = :store_id FOR KEY SHARE;

-- People.

-- name: staff_department_list   page unnamed
SELECT m.store_id, d.id AS "department.id", d.name AS "department.name", d.code, d.status,
       NOT EXISTS (SELECT FROM department_member o
                    WHERE o.store_id = m.store_id AND o.staff_id = m.staff_id AND o.position < m.position) AS first,
       m.store_id AS _after_store, m.position AS _after_place
  FROM department_member m
  JOIN department d ON d.id = m.department_id
 WHERE m.staff_id = :id
   AND (:after_store::uuid IS NULL OR (m.store_id, m.position) > (:after_store, :after_place::integer))
 ORDER BY m.store_id, m.position
 LIMIT :limit;

-- The first of these that is none of the store's, or is retired.
-- name: departments_wrong
SELECT (n.position - 1)::integer AS place, d.id IS NOT NULL AS retired
  FROM unnest(:department_ids::uuid[]) WITH ORDINALITY n (id, position)
  LEFT JOIN department d ON d.id = n.id AND d.store_id = :store_id
 WHERE d.status IS DISTINCT FROM 'in_use'
 ORDER BY n.position
 LIMIT 1;

-- name: staff_departments_clear
DELETE FROM department_member WHERE staff_id = :id AND store_id = :store_id;

-- name: staff_departments_set
INSERT INTO department_member (store_id, department_id, staff_id, position)
SELECT :store_id, n.id, :id, n.position
  FROM unnest(:department_ids::uuid[]) WITH ORDINALITY n (id, position);

-- Rules.

-- name: routing_rule_get
SELECT r.id, r.version, r.store_id, r.position, r.skill, r.service_class, r.repair_category, r.department_id,
       d.id AS "department.id", d.name AS "department.name", r.department_kind, r.note, r.created_at, r.updated_at, r.deleted_at, r.deleted_reason
  FROM routing_rule r
  LEFT JOIN department d ON d.id = r.department_id
 WHERE r.id = ANY (:ids) AND r.deleted_at IS NULL;

-- Of a store: its own and those of the chain.  A handful each.
-- name: routing_rule_list   page unnamed
SELECT r.id, r.version, r.store_id, r.position, r.skill, r.service_class, r.repair_category, r.department_id,
       d.id AS "department.id", d.name AS "department.name", r.department_kind, r.note, r.created_at, r.updated_at, r.deleted_at, r.deleted_reason,
       r.position AS _after_place, r.id AS _after_id
  FROM routing_rule r
  LEFT JOIN department d ON d.id = r.department_id
 WHERE (:after_position::text IS NOT NULL OR r.deleted_at IS NULL)
   AND (:scope_store::uuid IS NULL OR CASE WHEN r.store_id IS NULL THEN true ELSE r.store_id = :scope_store END)
   AND (:updated_after::timestamptz IS NULL OR r.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (r.changed >= :after_position::text::xid8 AND r.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_place::integer IS NULL OR (r.position, r.id) > (:after_place, :after_id::uuid))
 ORDER BY r.position, r.id
 LIMIT :limit;

-- name: routing_rule_lock
SELECT r.version, r.store_id FROM routing_rule r WHERE r.id = :id AND r.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: routing_rule_add
INSERT INTO routing_rule (id, store_id, position, skill, service_class, repair_category, department_id, department_kind, note,
                          created_at, updated_at)
VALUES (:rule_id, :store_id, :position, :skill, :service_class, :repair_category, :department_id, :department_kind, :note, :now, :now);

-- name: routing_rule_update   rows: 1
UPDATE routing_rule
   SET position = CASE WHEN :has_position THEN :position ELSE position END,
       skill = CASE WHEN :has_skill THEN :skill ELSE skill END,
       service_class = CASE WHEN :has_service_class THEN :service_class ELSE service_class END,
       repair_category = CASE WHEN :has_repair_category THEN :repair_category ELSE repair_category END,
       department_id = CASE WHEN :has_department_id THEN :department_id ELSE department_id END,
       department_kind = CASE WHEN :has_department_kind THEN :department_kind ELSE department_kind END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: routing_rule_delete   rows: 1
UPDATE routing_rule
   SET deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- What is here is in a department that is in use.

-- name: verify_departments   unnamed
SELECT st.code AS store_code, o.number AS subject, 'department of line ' || l.position AS what, 'in use' AS expected, d.status AS found
  FROM department d
  JOIN store st ON st.id = d.store_id
  JOIN work_order o ON o.store_id = d.store_id
   AND o.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled') AND o.deleted_at IS NULL
  JOIN work_order_line l ON l.work_order_id = o.id AND l.department_id = d.id AND l.status IN ('proposed', 'authorised')
 WHERE d.status <> 'in_use'
UNION ALL
SELECT st.code, w.number, 'department of line ' || l.position, 'none', d.code
  FROM work_order_line l
  JOIN work_order w ON w.id = l.work_order_id
  JOIN store st ON st.id = l.store_id
  JOIN department d ON d.id = l.department_id
 WHERE l.kind <> 'labour' OR l.status IN ('declined', 'deferred', 'withdrawn')
 ORDER BY store_code, subject, what;
