-- Where work goes.

-- Whether a department takes such work.
CREATE OR REPLACE FUNCTION department_takes(d department, skill text, service_class text, repair_category text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN (d.skills = '{}' OR coalesce(skill = ANY (d.skills), false))
   AND (d.service_classes = '{}' OR coalesce(service_class = ANY (d.service_classes), false))
   AND (d.repair_categories = '{}' OR coalesce(repair_category = ANY (d.repair_categories), false));

-- The department of new work: by the store's rules in their order, then by the chain's; a rule whose department is retired or does not
-- take the work is passed over.  Rules are few.  Who retires the department waits for the work that is just being given to
-- it, and work that waited for that finds it gone.
CREATE OR REPLACE FUNCTION department_for(of_store uuid, of_operation uuid, said_class text, category text) RETURNS uuid
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	wanted_skill text;
	wanted_class text;
	found        uuid;
BEGIN
	SELECT o.skill, coalesce(said_class, o.service_class) INTO wanted_skill, wanted_class FROM operation o WHERE o.id = of_operation;
	SELECT d.id INTO found
	  FROM routing_rule r
	  JOIN department d ON d.store_id = of_store AND d.status = 'in_use' AND (d.id = r.department_id OR d.kind = r.department_kind)
	 WHERE (r.store_id = of_store OR r.store_id IS NULL) AND r.deleted_at IS NULL
	   AND (r.skill IS NULL OR r.skill = wanted_skill)
	   AND (r.service_class IS NULL OR r.service_class = wanted_class)
	   AND (r.repair_category IS NULL OR r.repair_category = category)
	   AND department_takes(d, wanted_skill, wanted_class, category)
	 ORDER BY r.store_id IS NULL, r.position, r.id, d.code
	 LIMIT 1
	   FOR KEY SHARE OF d;
	RETURN found;
END $$;

-- For the board: what is open in each department.  Open work is little, and where there are no departments nothing is looked at.
CREATE OR REPLACE FUNCTION departments_now(of_store uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM department d WHERE d.store_id = of_store) THEN
		RETURN '[]';
	END IF;
	RETURN (
		SELECT coalesce(json_agg(json_build_object('id', d.id, 'code', d.code, 'name', d.name, 'kind', d.kind,
		                                           'open', coalesce(n.open, 0), 'unassigned', coalesce(n.unassigned, 0),
		                                           'working', coalesce(n.working, 0), 'hours', coalesce(n.hours, 0)) ORDER BY d.code), '[]')
		  FROM department d
		  LEFT JOIN (SELECT l.department_id, count(*) AS open, count(*) FILTER (WHERE l.work_status = 'none') AS unassigned,
		                    count(*) FILTER (WHERE l.work_status = 'working') AS working,
		                    trim_scale(sum(coalesce(l.fixed_hours, l.quantity))) AS hours
		               FROM work_order o
		               JOIN work_order_line l ON l.work_order_id = o.id AND l.department_id IS NOT NULL
		              WHERE o.store_id = of_store AND o.deleted_at IS NULL
		                AND o.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc')
		                AND l.status IN ('proposed', 'authorised') AND l.work_status IN ('none', 'assigned', 'working', 'paused', 'failed')
		              GROUP BY l.department_id) n ON n.department_id = d.id
		 WHERE d.store_id = of_store AND d.status = 'in_use');
END $$;
