-- What the demo asks the database.

-- name: demo_state
SELECT NOT EXISTS (SELECT FROM store) AND NOT EXISTS (SELECT FROM staff) AS is_empty,
       EXISTS (SELECT FROM api_key k WHERE k.name = 'demo') AS is_demo;

-- name: demo_lines
SELECT l.id, NULL::uuid AS other, 0 AS number FROM work_order_line l WHERE l.work_order_id = :id AND l.kind = :kind ORDER BY l.position;

-- name: demo_concerns
SELECT k.id, NULL::uuid AS other, 0 AS number
  FROM work_order w JOIN reception_concern k ON k.reception_id = w.reception_id
 WHERE w.id = :id AND :kind::text IS NULL
 ORDER BY k.position;

-- name: demo_points
SELECT i.id, NULL::uuid AS other, 0 AS number FROM inspection_template_item i WHERE i.template_id = :id AND :kind::text IS NULL ORDER BY i.position;

-- name: demo_key_add
INSERT INTO api_key (id, token_hash, name, hint, role, scopes, created_by, created_at, updated_at)
VALUES (:key_id, sha256(convert_to(:token::text, 'UTF8')), 'demo', 'fettle_demo_…', 'hq_analyst',
        ARRAY['store.read', 'staff.read', 'customer.read', 'vehicle.read', 'catalog.read', 'appointment.read', 'reception.read',
              'work_order.read', 'part.read', 'stock.read', 'purchase.read', 'payable.read', 'sale.read', 'cost.read', 'settlement.read', 'survey.read', 'complaint.read',
              'kpi.read', 'event.read', 'file.read', 'estimate.read', 'inspection.read', 'diagnosis.read', 'agreement.read', 'approval.read', 'incident.read'],
        :key_id, :now, :now);

-- name: demo_due
SELECT s.id, NULL::uuid AS other, s.total - s.paid AS number FROM settlement s WHERE s.id = :id AND :kind::text IS NULL;

-- name: demo_surveys
SELECT s.id, s.link_id AS other, 0 AS number
  FROM survey s
 WHERE s.id > :id AND s.status = 'sent' AND :kind::text IS NULL
 ORDER BY s.id
 LIMIT 16;

-- name: demo_questions
SELECT q.id, s.store_id AS other, 0 AS number
  FROM survey s
  JOIN survey_question q ON q.template_id = s.template_id AND q.required AND :kind::text IS NULL
 WHERE s.id = :id
 ORDER BY q.position;

-- name: demo_cars
SELECT w.vehicle_id AS id, w.customer_id AS other, 0 AS number
  FROM work_order w
 WHERE w.store_id = :id AND w.status = 'closed' AND :kind::text IS NULL
 ORDER BY w.opened_at
 LIMIT 4;

-- The work of a kind that was delivered last and is still under guarantee.
-- name: demo_guarantee
SELECT g.id, g.vehicle_id AS other, g.starts_km AS number
  FROM guarantee g JOIN work_order_line l ON l.id = g.line_id
 WHERE g.store_id = :id AND l.kind = :kind
 ORDER BY g.starts_on DESC, g.id DESC
 LIMIT 1;

-- name: demo_driver
SELECT w.customer_id AS id, NULL::uuid AS other, 0 AS number
  FROM work_order w
 WHERE w.vehicle_id = :id AND :kind::text IS NULL
 ORDER BY w.opened_at DESC
 LIMIT 1;

-- Orders that are not further than this.
-- name: demo_orders
SELECT w.id, w.vehicle_id AS other, 0 AS number FROM work_order w WHERE w.store_id = :id AND w.status = :kind ORDER BY w.opened_at LIMIT 1;
