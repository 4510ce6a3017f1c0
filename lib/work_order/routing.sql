-- Lines in departments.

-- By work_order_line_department_idx; what is open is found by the open orders of the store, which are few.
-- name: department_work   page unnamed
SELECT l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply,
       CASE WHEN l.supply = 'short' THEN (SELECT max(x.promised_on) FROM demand x WHERE x.work_order_line_id = l.id AND x.status = 'on_order') END AS part_expected_on,
       l.issued_quantity, l.returned_quantity, l.technician_id, l.reason, l.reason_code, l.deferred_until, l.deferred_until_km, l.note, l.rework_count, l.authorisation_id,
       l.estimate_line_id, l.revives_line_id, l.revives_elsewhere_id, coalesce(l.passed_levels, '{}') AS passed_levels, l.finding_id,
       l.service_class, line_technicians(l.id, l.technician_id, l.share_bp) AS technicians,
       l.created_at, l.updated_at, l.department_id, d.id AS "department.id", d.name AS "department.name",
       l.department_reason, l.department_note, l.store_id, l.work_order_id, w.number AS work_order_number, w.status AS work_order_status,
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", b.id AS "bay.id", b.name AS "bay.name", w.promised_at, w.priority,
       l.created_at AS _after_at, l.id AS _after_id
  FROM department d
  JOIN work_order_line l ON l.department_id = d.id
  JOIN work_order w ON w.id = l.work_order_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
  LEFT JOIN bay b ON b.id = w.bay_id
 WHERE d.id = :id
   AND (:open::boolean IS NULL
        OR :open = (l.work_order_id = ANY (ARRAY(
               SELECT o.id FROM work_order o
                WHERE o.store_id = (SELECT t.store_id FROM department t WHERE t.id = :id) AND o.deleted_at IS NULL
                  AND o.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled')))))
   AND (:status::text[] IS NULL OR l.status = ANY (:status))
   AND (:work_status::text[] IS NULL OR l.work_status = ANY (:work_status))
   AND (:after_at::timestamptz IS NULL OR (l.created_at, l.id) < (:after_at, :after_id::uuid))
 ORDER BY l.created_at DESC, l.id DESC
 LIMIT :limit;

-- The department stays in use until it has the line; no row: there is none such in the line's store.
-- name: line_department_target
SELECT d.status, department_takes(d, (SELECT o.skill FROM operation o WHERE o.id = l.operation_id), l.service_class, l.repair_category) AS takes
  FROM work_order_line l
  JOIN department d ON d.id = :department_id AND d.store_id = l.store_id
 WHERE l.id = :line_id
   FOR KEY SHARE OF d;

-- name: line_set_department   rows: 1
UPDATE work_order_line
   SET department_id = :department_id, department_reason = :reason, department_note = :note,
       updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :line_id;
