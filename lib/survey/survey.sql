-- Surveys: what is asked, sent and answered.

-- name: survey_template_list   page unnamed
SELECT t.id, t.version, t.code, t.name, t.active,
       (SELECT jsonb_agg(jsonb_build_object('id', q.id, 'kind', q.kind, 'min', q.min, 'max', q.max, 'text_en', q.text_en,
                                            'text_zh', q.text_zh, 'choices', q.choices, 'required', q.required,
                                            'weight', q.weight) ORDER BY q.position)
          FROM survey_question q WHERE q.template_id = t.id) AS questions,
       t.created_at, t.updated_at, t.code AS _after_code, t.id AS _after_id
  FROM survey_template t
 WHERE t.deleted_at IS NULL
   AND (:updated_after::timestamptz IS NULL OR t.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (t.changed >= :after_position::text::xid8 AND t.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (t.code, t.id) > (:after_code, :after_id::uuid))
 ORDER BY t.code, t.id
 LIMIT :limit;

-- name: survey_list   page unnamed
-- The last of each store, and of those the last: the chain needs no index of its own.
SELECT y.id, y.version, y.store_id, y.work_order_id,
       y.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       y.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       y.template_id, y.status, y.satisfaction, y.reason, y.sent_at, y.completed_at, y.created_at, y.updated_at,
       y.link_id AS _link_id, y.created_at AS _after_at, y.id AS _after_id
  FROM (SELECT n.id
          FROM store st
         CROSS JOIN LATERAL (
               SELECT y.id, y.created_at
                 FROM survey y
                WHERE y.store_id = st.id AND y.deleted_at IS NULL
                  AND (:status::text[] IS NULL OR y.status = ANY (:status))
                  AND (:work_order_id::uuid IS NULL OR y.work_order_id = :work_order_id)
                  AND (:customer_id::uuid IS NULL OR y.customer_id = :customer_id)
                  AND (:updated_after::timestamptz IS NULL OR y.updated_at > :updated_after)
                  AND (:after_position::text IS NULL
                       OR (y.changed >= :after_position::text::xid8 AND y.changed < pg_snapshot_xmin(pg_current_snapshot())))
                  AND (:after_at::timestamptz IS NULL OR (y.created_at, y.id) < (:after_at, :after_id::uuid))
                ORDER BY y.created_at DESC, y.id DESC
                LIMIT :limit) n
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY n.created_at DESC, n.id DESC
         LIMIT :limit) k
  JOIN survey y ON y.id = k.id
  LEFT JOIN customer c ON c.id = y.customer_id
  LEFT JOIN vehicle v ON v.id = y.vehicle_id
 ORDER BY y.created_at DESC, y.id DESC
 LIMIT :limit;

-- name: survey_get
SELECT y.id, y.version, y.store_id, y.work_order_id,
       y.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       y.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       y.template_id, y.status, y.satisfaction, y.reason, y.sent_at, y.completed_at, y.created_at, y.updated_at,
       y.link_id AS _link_id
  FROM survey y
  LEFT JOIN customer c ON c.id = y.customer_id
  LEFT JOIN vehicle v ON v.id = y.vehicle_id
 WHERE y.id = ANY (:ids) AND y.deleted_at IS NULL;

-- name: survey_answers
SELECT a.survey_id AS _parent, a.question_id, q.kind,
       CASE :language::text WHEN 'zh-CN' THEN q.text_zh ELSE q.text_en END AS question, a.score, a.choice, a.text
  FROM survey_answer a
  JOIN survey_question q ON q.id = a.question_id
 WHERE a.survey_id = ANY (:ids)
 ORDER BY a.survey_id, q.position;

-- name: survey_lock
SELECT y.version, y.store_id, y.status FROM survey y WHERE y.id = :id AND y.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: survey_suppress
UPDATE survey
   SET status = 'suppressed', reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Sending: delivered orders that have no survey yet, and whether their customer wants none.

-- name: survey_due
SELECT w.id AS work_order_id, w.store_id, w.customer_id, w.vehicle_id, t.id AS template_id,
       EXISTS (SELECT FROM customer_consent k WHERE k.customer_id = w.customer_id AND k.purpose = 'survey')
       AND NOT EXISTS (SELECT FROM customer_consent k
                        WHERE k.customer_id = w.customer_id AND k.purpose = 'survey' AND k.withdrawn_at IS NULL) AS opted_out
  FROM work_order w
  JOIN survey_template t ON t.code = 'default' AND t.active
 WHERE w.id = ANY (:work_orders)
   AND NOT EXISTS (SELECT FROM survey y WHERE y.work_order_id = w.id AND y.template_id = t.id);

-- name: survey_add
INSERT INTO survey (id, store_id, work_order_id, customer_id, vehicle_id, template_id, link_id, status, reason, sent_at,
                    created_at, updated_at)
VALUES (:survey_id, :store_id, :work_order_id, :customer_id, :vehicle_id, :template_id, :link_id, :status, :reason,
        CASE :status::text WHEN 'sent' THEN :now::timestamptz END, :now, :now);

-- name: survey_expire
UPDATE survey
   SET status = 'expired', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id IN (SELECT y.id FROM survey y JOIN link l ON l.id = y.link_id
               WHERE y.status IN ('sent', 'opened') AND y.sent_at < :sent_before AND l.expires_at <= :now
               LIMIT 500);

-- The customer's side: the link is the principal.

-- name: public_link_get
SELECT l.purpose AS kind, s.id AS "store.id", s.name AS "store.name",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.make AS "vehicle.make", v.model AS "vehicle.model",
       :language::text AS language, y.id AS "survey.id", y.status AS "survey.status",
       (SELECT jsonb_agg(jsonb_build_object('id', q.id, 'kind', q.kind, 'min', q.min, 'max', q.max,
                                            'text', CASE :language::text WHEN 'zh-CN' THEN q.text_zh ELSE q.text_en END,
                                            'choices', q.choices, 'required', q.required) ORDER BY q.position)
          FROM survey_question q WHERE q.template_id = y.template_id) AS "survey.questions",
       e.id AS "estimate.id", e.number AS "estimate.number", e.revision AS "estimate.revision", e.status AS "estimate.status",
       e.valid_until AS "estimate.valid_until", s.currency AS "estimate.currency", e.chosen_option_id AS "estimate.chosen_option_id",
       (SELECT jsonb_agg(jsonb_build_object('id', o.id, 'label', o.label, 'pros', o.pros, 'cons', o.cons, 'duration_minutes', o.duration_minutes,
                                            'finish_at', to_char(o.finish_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                                            'total', t.total, 'customer_total', t.customer_total, 'lines', t.lines) ORDER BY o.position)
          FROM estimate_option o
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(x.amount), 0)::bigint AS total, coalesce(sum(x.amount) FILTER (WHERE n.payer = 'customer'), 0)::bigint AS customer_total,
                      jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'description', n.description, 'quantity', trim_scale(n.quantity),
                                                   'unit_price', n.unit_price, 'amount', n.amount, 'payer', n.payer, 'decision', n.decision, 'finding', k.finding)
                                ORDER BY n.position) AS lines
                 FROM estimate_line n
                 LEFT JOIN LATERAL (
                      SELECT jsonb_build_object('severity', f.severity, 'item', i.name, 'body_position', coalesce(f.body_position, i.body_position),
                                                'damage', f.damage, 'measured', f.measured, 'limits', i.limits,
                                                'customer_text', f.customer_text, 'risk_text', f.risk_text,
                                                'photos', coalesce((SELECT jsonb_agg(jsonb_build_object('id', p.file_id, 'media_type', m.media_type)
                                                                                     ORDER BY p.position)
                                                                      FROM inspection_finding_file p JOIN file m ON m.id = p.file_id
                                                                     WHERE p.finding_id = f.id), '[]')) AS finding
                        FROM inspection_finding f
                        LEFT JOIN inspection_template_item i ON i.id = f.item_id
                       WHERE f.id = n.finding_id) k ON true
                CROSS JOIN LATERAL (SELECT CASE n.kind WHEN 'discount' THEN -n.amount ELSE n.amount END AS amount) x
                WHERE n.option_id = o.id) t
         WHERE o.estimate_id = e.id) AS "estimate.options"
  FROM link l
  JOIN store s ON s.id = l.store_id
  LEFT JOIN survey y ON y.link_id = l.id
  LEFT JOIN estimate e ON e.link_id = l.id
  -- (coalesce() may leak as far as row security knows, and would keep the index from being used.)
  LEFT JOIN work_order w ON w.id = l.subject_id AND l.purpose = 'progress'
  LEFT JOIN appointment a ON a.id = l.subject_id AND l.purpose = 'appointment'
  LEFT JOIN vehicle v ON v.id = CASE WHEN y.id IS NOT NULL THEN y.vehicle_id WHEN e.id IS NOT NULL THEN e.vehicle_id
                                     WHEN w.id IS NOT NULL THEN w.vehicle_id ELSE a.vehicle_id END
 WHERE l.id = :actor_id;

-- name: survey_opened
UPDATE survey
   SET status = 'opened', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE link_id = :actor_id AND status = 'sent';

-- name: survey_questions_lock
SELECT y.id, y.store_id, y.work_order_id, y.customer_id, y.vehicle_id, y.status, p.survey_low_score,
       q.id AS question_id, q.kind, q.min, q.max, q.required, array_to_string(q.choices, E'\n') AS choices
  FROM survey y
  JOIN store_policy p ON p.store_id = y.store_id
  JOIN survey_question q ON q.template_id = y.template_id
 WHERE y.link_id = :actor_id AND y.deleted_at IS NULL
 ORDER BY q.position
   FOR NO KEY UPDATE OF y;

-- name: survey_answers_add
INSERT INTO survey_answer (survey_id, store_id, question_id, score, choice, text)
SELECT :survey_id, :store_id, a.question_id, a.score, a.choice, a.text
  FROM unnest(:answers.question_id::uuid[], :answers.score::integer[], :answers.choice::text[], :answers.text::text[])
       a (question_id, score, choice, text);

-- Satisfaction is linear, (score - min) / (max - min) x 100, weighted over the score questions.

-- name: survey_complete
UPDATE survey
   SET status = 'completed', completed_at = :now,
       satisfaction = (SELECT round(sum(q.weight * (a.score - q.min) * 100.0 / (q.max - q.min)) / sum(q.weight))
                         FROM survey_answer a JOIN survey_question q ON q.id = a.question_id
                        WHERE a.survey_id = :survey_id AND q.kind = 'score'),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :survey_id;
