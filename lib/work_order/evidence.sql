-- What a line's operation asks for, as it was when the line was added, and what has been done of it.

-- name: line_requirements
SELECT l.id, l.store_id, l.work_order_id, l.operation_id, l.requirement_revision AS revision, l.work_status,
       line_attempt(l.rework_count, l.work_status) AS attempt, NOT EXISTS (SELECT FROM line_lacks(l.id)) AS complete
  FROM work_order_line l
 WHERE l.id = ANY (:ids);

-- name: line_requirement_evidence
SELECT l.id AS _parent, e.code, e.label, e.step, e.minimum, coalesce(p.files, '[]') AS files, coalesce(p.earlier, '[]') AS earlier
  FROM work_order_line l
  JOIN operation_evidence e ON e.operation_id = l.operation_id AND e.revision = l.requirement_revision
 CROSS JOIN LATERAL (SELECT min(k.started_at) AS begun FROM clock_entry k WHERE k.line_id = l.id AND k.voided_at IS NULL) k
 CROSS JOIN LATERAL (SELECT jsonb_agg(f.file ORDER BY f.at, f.id) FILTER (WHERE f.counts) AS files,
                            jsonb_agg(f.file ORDER BY f.at, f.id) FILTER (WHERE NOT f.counts) AS earlier
                       FROM (SELECT p.at, f.id, photo_counts(e.step, p.attempt, line_attempt(l.rework_count, l.work_status)) AS counts,
                                    jsonb_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'size', f.size,
                                                       'at', to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                                                       'late', coalesce(e.step = 'begin' AND p.at > k.begun, false),
                                                       'attempt', p.attempt, 'actor_id', p.actor_id) AS file
                               FROM line_photo p
                               JOIN file f ON f.id = p.file_id
                              WHERE p.line_id = l.id AND p.code = e.code) f) p
 WHERE l.id = ANY (:ids)
 ORDER BY l.id, e.position;

-- name: line_requirement_checklist
SELECT l.id AS _parent, c.code, c.text, c.kind, c.unit, c.minimum, c.maximum, c.out_of_bounds, coalesce(c.choices, '{}') AS choices,
       c.required, check_state(a.done, a.within, c.out_of_bounds) AS state, a.done, a.value, a.choice, a.within, a.note, a.at, a.actor_id,
       coalesce(b.earlier, '[]') AS earlier
  FROM work_order_line l
  JOIN operation_check c ON c.operation_id = l.operation_id AND c.revision = l.requirement_revision
  LEFT JOIN LATERAL (SELECT a.done, a.value, a.choice, a.within, a.note, a.at, a.actor_id
                       FROM line_check a
                      WHERE a.line_id = l.id AND a.code = c.code AND a.attempt = line_attempt(l.rework_count, l.work_status)
                      ORDER BY a.id DESC
                      LIMIT 1) a ON true
 CROSS JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('attempt', b.attempt, 'state', check_state(b.done, b.within, c.out_of_bounds),
                                                         'done', b.done, 'value', b.value, 'choice', b.choice, 'within', b.within, 'note', b.note,
                                                         'at', to_char(b.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                                                         'actor_id', b.actor_id)
                                      ORDER BY b.id) AS earlier
                       FROM line_check b
                      WHERE b.line_id = l.id AND b.code = c.code AND b.attempt < line_attempt(l.rework_count, l.work_status)) b
 WHERE l.id = ANY (:ids)
 ORDER BY l.id, c.position;

-- name: line_lacking
SELECT k.list, k.place, k.what, k.state, k.wanted FROM line_lacks(:line_id) k;

-- The item of each answer, as far as there is one, and whether a choice or a value is one of its own.

-- name: line_checks_asked
SELECT c.kind, w.choice = ANY (c.choices) AS known, c.out_of_bounds,
       coalesce(w.value >= c.minimum, true) AND coalesce(w.value <= c.maximum, true) AS within
  FROM unnest(:answers.code::text[], :answers.value::numeric[], :answers.choice::text[]) WITH ORDINALITY w (code, value, choice, n)
  LEFT JOIN (work_order_line l
             JOIN operation_check c ON c.operation_id = l.operation_id AND c.revision = l.requirement_revision)
    ON l.id = :line_id AND c.code = w.code
 ORDER BY w.n;

-- name: line_checks_add
INSERT INTO line_check (id, store_id, line_id, code, done, value, choice, within, note, at, recorded_at, actor_id, attempt)
SELECT w.id, :store_id, l.id, w.code, w.done, w.value, w.choice, w.within, w.note, :happened_at, :now, :actor_id,
       line_attempt(l.rework_count, l.work_status)
  FROM work_order_line l
 CROSS JOIN unnest(:check_ids::uuid[], :answers.code::text[], :answers.done::boolean[], :answers.value::numeric[],
              :answers.choice::text[], :answers.note::text[], :within::boolean[])
       w (id, code, done, value, choice, note, within)
 WHERE l.id = :line_id;

-- Whether the photos are images of the line's order, the step of what is asked for under the code, the attempt, and what an earlier
-- attempt has shown.

-- name: line_photos_asked
SELECT f.id IS NOT NULL AS found, starts_with(f.media_type, 'image/') AS image, e.step, coalesce(e.attempt > 1, false) AS again,
       coalesce(NOT photo_counts(e.step, p.attempt, e.attempt), false) AS shown
  FROM unnest(:file_ids::uuid[]) WITH ORDINALITY w (id, n)
  LEFT JOIN file f ON f.id = w.id AND f.subject_type = 'work_order' AND f.subject_id = :order_id AND f.deleted_at IS NULL
  LEFT JOIN (SELECT e.step, line_attempt(l.rework_count, l.work_status) AS attempt
               FROM work_order_line l
               JOIN operation_evidence e ON e.operation_id = l.operation_id AND e.revision = l.requirement_revision
              WHERE l.id = :line_id AND e.code = :code) e ON true
  LEFT JOIN line_photo p ON p.line_id = :line_id AND p.code = :code AND p.file_id = w.id
 ORDER BY w.n;

-- Said twice, it is there once.

-- name: line_photos_add
INSERT INTO line_photo (store_id, line_id, code, file_id, at, recorded_at, actor_id, attempt)
SELECT :store_id, l.id, :code, w.id, :happened_at, :now, :actor_id, line_attempt(l.rework_count, l.work_status)
  FROM work_order_line l
 CROSS JOIN unnest(:file_ids::uuid[]) w (id)
 WHERE l.id = :line_id
ON CONFLICT (line_id, code, file_id) DO NOTHING;

-- For paper: of every line what was asked for, in the order of the lines.

-- name: work_order_document_requirements
SELECT l.work_order_id AS _parent, l.position AS line, r.text, r.kind, r.wanted, r.here, r.state, r.value, r.unit, r.choice, r.note, f.name AS by_name
  FROM work_order_line l
 CROSS JOIN LATERAL (SELECT 0 AS part, e.position, e.label AS text, 'photo' AS kind, e.minimum AS wanted,
                            (SELECT count(*)::integer FROM line_photo p
                              WHERE p.line_id = l.id AND p.code = e.code
                                AND photo_counts(e.step, p.attempt, line_attempt(l.rework_count, l.work_status))) AS here,
                            NULL AS state, NULL::numeric AS value, NULL AS unit, NULL AS choice, NULL AS note, NULL::uuid AS actor_id
                       FROM operation_evidence e
                      WHERE e.operation_id = l.operation_id AND e.revision = l.requirement_revision
                     UNION ALL
                     SELECT 1, c.position, c.text, c.kind, NULL, NULL, check_state(a.done, a.within, c.out_of_bounds), a.value, c.unit, a.choice,
                            a.note, a.actor_id
                       FROM operation_check c
                       LEFT JOIN LATERAL (SELECT a.done, a.value, a.choice, a.within, a.note, a.actor_id
                                            FROM line_check a
                                           WHERE a.line_id = l.id AND a.code = c.code
                                             AND a.attempt = line_attempt(l.rework_count, l.work_status)
                                           ORDER BY a.id DESC
                                           LIMIT 1) a ON true
                      WHERE c.operation_id = l.operation_id AND c.revision = l.requirement_revision) r
  LEFT JOIN staff f ON f.id = r.actor_id
 WHERE l.work_order_id = ANY (:ids) AND l.requirement_revision IS NOT NULL AND l.status = 'authorised'
 ORDER BY l.work_order_id, l.position, r.part, r.position;

-- What is done lacked nothing when it was finished.

-- name: verify_evidence   unnamed
SELECT st.code AS store_code, w.number AS subject, k.list || ' of line ' || l.position AS what, k.what AS expected, k.state AS found
  FROM work_order_line l
  JOIN work_order w ON w.id = l.work_order_id
  JOIN store st ON st.id = l.store_id
 CROSS JOIN LATERAL line_lacks(l.id) k
 WHERE l.requirement_revision IS NOT NULL AND l.work_status IN ('done', 'passed')
UNION ALL
SELECT st.code, w.number, 'requirement of line ' || l.position, 'none later than ' || coalesce(o.requirement_revision, 0), l.requirement_revision::text
  FROM work_order_line l
  JOIN operation o ON o.id = l.operation_id
  JOIN work_order w ON w.id = l.work_order_id
  JOIN store st ON st.id = l.store_id
 WHERE l.requirement_revision > coalesce(o.requirement_revision, 0)
 ORDER BY store_code, subject, what;
