-- What operations ask for beyond the work itself: photos and a checklist, in revisions.

-- name: operation_evidence
SELECT e.operation_id AS _parent, e.code, e.label, e.step, e.minimum
  FROM operation o
  JOIN operation_evidence e ON e.operation_id = o.id AND e.revision = o.requirement_revision
 WHERE o.id = ANY (:ids)
 ORDER BY e.operation_id, e.position;

-- name: operation_checklist
SELECT c.operation_id AS _parent, c.code, c.text, c.kind, c.unit, c.minimum, c.maximum, c.out_of_bounds,
       coalesce(c.choices, '{}') AS choices, c.required
  FROM operation o
  JOIN operation_check c ON c.operation_id = o.id AND c.revision = o.requirement_revision
 WHERE o.id = ANY (:ids)
 ORDER BY c.operation_id, c.position;

-- name: operation_requirement_add
INSERT INTO operation_requirement (operation_id, revision, created_at, actor_id) VALUES (:operation_id, :revision, :now, :actor_id);

-- name: operation_requirement_set   rows: 1
UPDATE operation SET requirement_revision = :revision, changed = pg_current_xact_id() WHERE id = :operation_id;

-- name: operation_evidence_add
INSERT INTO operation_evidence (operation_id, revision, position, code, label, step, minimum)
SELECT :operation_id, :revision, e.position, e.code, e.label, e.step, coalesce(e.minimum, 1)
  FROM unnest(:evidence.code::text[], :evidence.label::text[], :evidence.step::text[], :evidence.minimum::integer[])
       WITH ORDINALITY e (code, label, step, minimum, position);

-- name: operation_evidence_copy
INSERT INTO operation_evidence (operation_id, revision, position, code, label, step, minimum)
SELECT e.operation_id, :revision, e.position, e.code, e.label, e.step, e.minimum
  FROM operation_evidence e
 WHERE e.operation_id = :operation_id AND e.revision = :revision::integer - 1;

-- Choices come flat, each with the place of its item.

-- name: operation_checks_add
INSERT INTO operation_check (operation_id, revision, position, code, text, kind, unit, minimum, maximum, out_of_bounds, choices, required)
SELECT :operation_id, :revision, c.position, c.code, c.text, c.kind, c.unit, c.minimum, c.maximum,
       CASE WHEN c.kind = 'measure' THEN coalesce(c.out_of_bounds, 'note') END,
       (SELECT array_agg(w.choice ORDER BY w.n)
          FROM unnest(:choice_places::integer[], :choice_texts::text[]) WITH ORDINALITY w (place, choice, n)
         WHERE w.place = c.position),
       coalesce(c.required, true)
  FROM unnest(:checklist.code::text[], :checklist.text::text[], :checklist.kind::text[], :checklist.unit::text[],
              :checklist.minimum::numeric[], :checklist.maximum::numeric[], :checklist.out_of_bounds::text[],
              :checklist.required::boolean[])
       WITH ORDINALITY c (code, text, kind, unit, minimum, maximum, out_of_bounds, required, position);

-- name: operation_checks_copy
INSERT INTO operation_check (operation_id, revision, position, code, text, kind, unit, minimum, maximum, out_of_bounds, choices, required)
SELECT c.operation_id, :revision, c.position, c.code, c.text, c.kind, c.unit, c.minimum, c.maximum, c.out_of_bounds, c.choices, c.required
  FROM operation_check c
 WHERE c.operation_id = :operation_id AND c.revision = :revision::integer - 1;
