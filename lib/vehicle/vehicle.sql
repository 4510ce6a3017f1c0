-- Vehicles, their plates, owners and odometer readings.

-- name: vehicle_get
SELECT v.id, v.version, v.vin, v.vin_check, v.plate, v.plate_kind, v.energy, v.usage_type, v.manufacturer, v.make,
       v.model, v.model_year, v.colour, v.odometer_km, v.odometer_at,
       c.id AS "owner.id", c.name AS "owner.name", mask_phone(c.phone) AS "owner.phone",
       v.created_at, v.updated_at, v.deleted_at, v.kind, v.engine_number, v.purchased_on, v.delivered_on, v.in_service_km,
       v.external_ids, v.metadata
  FROM vehicle v
  LEFT JOIN LATERAL (SELECT o.customer_id FROM vehicle_owner o
                      WHERE o.vehicle_id = v.id AND o.role = 'owner' AND o.to_date IS NULL
                      ORDER BY o.from_date DESC, o.id DESC LIMIT 1) o ON true
  LEFT JOIN customer c ON c.id = o.customer_id
 WHERE v.id = ANY (:ids) AND v.deleted_at IS NULL;

-- name: vehicle_list   page unnamed
-- Ids are made in the order of time, nearly all within a day of the vehicle (the others have an index of their own).
-- What is narrowest leads: words typed, VIN, plate, a customer, the store, else the chain, of them the days; the
-- vehicles follow one by one, so that row security looks at a page of them and no more.
-- (A leader in order is what lets the planner stop after a page.)
SELECT v.id, v.version, v.vin, v.vin_check, v.plate, v.plate_kind, v.energy, v.usage_type, v.manufacturer, v.make,
       v.model, v.model_year, v.colour, v.odometer_km, v.odometer_at,
       c.id AS "owner.id", c.name AS "owner.name", mask_phone(c.phone) AS "owner.phone",
       v.created_at, v.updated_at, v.deleted_at,
       f.id AS _after_id
  FROM ((SELECT DISTINCT k.subject_id AS id, NULL::boolean AS off
           FROM unnest(:search_kinds::text[], :search_keys::text[], :search_ends::text[]) w (kind, key, past)
           JOIN search_key k ON k.kind = w.kind AND k.subject = 'vehicle' AND k.key >= w.key AND k.key < w.past
          WHERE :q::text IS NOT NULL
            AND (:search_stores::uuid[] IS NOT NULL AND k.store_id = ANY (:search_stores::uuid[])
                 OR :search_stores::uuid[] IS NULL AND k.store_id IS NULL)
          ORDER BY k.subject_id DESC)
        UNION ALL
        (SELECT p.id, NULL FROM vehicle p WHERE :q::text IS NULL AND p.vin = :vin
          ORDER BY p.id DESC)
        UNION ALL
        (SELECT p.id, NULL FROM vehicle p WHERE :q::text IS NULL AND :vin::text IS NULL AND p.plate = :plate
          ORDER BY p.id DESC)
        UNION ALL
        (SELECT DISTINCT w.vehicle_id, NULL::boolean FROM vehicle_owner w
          WHERE :q::text IS NULL AND :vin::text IS NULL AND :plate::text IS NULL
            AND w.customer_id = :customer_id AND w.to_date IS NULL
          ORDER BY w.vehicle_id DESC)
        UNION ALL
        (SELECT l.vehicle_id, false FROM vehicle_store l
          WHERE :q::text IS NULL AND :vin::text IS NULL AND :plate::text IS NULL AND :customer_id::uuid IS NULL
            AND l.store_id = :scope_store
            AND (:created_from::timestamptz IS NULL OR l.vehicle_id >= id_at(:created_from::timestamptz - interval '1 day'))
            AND (:created_to::timestamptz IS NULL OR l.vehicle_id < id_at(:created_to::timestamptz + interval '1 day'))
          ORDER BY l.vehicle_id DESC)
        UNION ALL
        (SELECT a.id, false FROM vehicle a
          WHERE :q::text IS NULL AND :vin::text IS NULL AND :plate::text IS NULL AND :customer_id::uuid IS NULL
            AND :scope_store::uuid IS NULL
            AND (:created_from::timestamptz IS NULL OR a.id >= id_at(:created_from::timestamptz - interval '1 day'))
            AND (:created_to::timestamptz IS NULL OR a.id < id_at(:created_to::timestamptz + interval '1 day'))
          ORDER BY a.id DESC)
        UNION ALL
        (SELECT a.id, true FROM vehicle a
          WHERE :q::text IS NULL AND :vin::text IS NULL AND :plate::text IS NULL AND :customer_id::uuid IS NULL
            AND id_off(a.id, a.created_at)
            AND (:scope_store::uuid IS NULL OR a.id IN (SELECT l.vehicle_id FROM vehicle_store l WHERE l.store_id = :scope_store))
          ORDER BY a.id DESC)) f
 CROSS JOIN LATERAL (
       SELECT o.id, o.version, o.vin, o.vin_check, o.plate, o.plate_kind, o.energy, o.usage_type, o.manufacturer,
              o.make, o.model, o.model_year, o.colour, o.odometer_km, o.odometer_at, o.created_at, o.updated_at,
              o.deleted_at
         FROM vehicle o
        WHERE o.id = f.id
          AND (f.off IS NULL OR f.off = id_off(o.id, o.created_at))
          AND (o.deleted_at IS NULL OR :after_position::text IS NOT NULL)
          AND (:plate::text IS NULL OR o.plate = :plate)
          AND (:vin::text IS NULL OR o.vin = :vin)
          AND (:customer_id::uuid IS NULL
               OR EXISTS (SELECT FROM vehicle_owner w
                           WHERE w.vehicle_id = o.id AND w.customer_id = :customer_id AND w.to_date IS NULL))
          AND (:created_from::timestamptz IS NULL OR o.created_at >= :created_from)
          AND (:created_to::timestamptz IS NULL OR o.created_at < :created_to)
          AND (:updated_after::timestamptz IS NULL OR o.updated_at > :updated_after)
          AND (:after_position::text IS NULL
               OR (o.changed >= :after_position::text::xid8 AND o.changed < pg_snapshot_xmin(pg_current_snapshot())))
        LIMIT 1) v
  LEFT JOIN LATERAL (SELECT p.id, p.name, p.phone
                       FROM vehicle_owner o
                       JOIN customer p ON p.id = o.customer_id
                      WHERE o.vehicle_id = v.id AND o.role = 'owner' AND o.to_date IS NULL
                      ORDER BY o.from_date DESC, o.id DESC LIMIT 1) c ON true
 WHERE (:after_id::uuid IS NULL OR f.id < :after_id)
 ORDER BY f.id DESC
 LIMIT :limit;

-- name: vehicle_visible
SELECT v.id FROM vehicle v WHERE v.id = :id AND v.deleted_at IS NULL;

-- name: vehicle_find
-- Always one row where the store is visible: what is there already, and the store's rule and day.
SELECT f.vin_vehicle, f.plate_vehicle, f.plate_vin, p.vin_rule,
       (:now::timestamptz AT TIME ZONE s.time_zone)::date AS today,
       EXISTS (SELECT FROM vehicle_store l
                WHERE l.store_id = s.id AND l.vehicle_id = coalesce(f.vin_vehicle, f.plate_vehicle)) AS linked
  FROM vehicle_find(:vin, :plate) f
  JOIN store s ON s.id = :store_id AND s.deleted_at IS NULL
  LEFT JOIN store_policy p ON p.store_id = s.id;

-- name: vehicle_look_up
SELECT coalesce(f.vin_vehicle, f.plate_vehicle) AS id FROM vehicle_find(:vin, :plate) f;

-- name: vehicle_link
INSERT INTO vehicle_store (vehicle_id, store_id, why, at)
VALUES (:vehicle_id, :store_id, :why, :now)
ON CONFLICT DO NOTHING;

-- name: vehicle_lock
-- The store whose rule and day hold: the caller's, else the one that knew the vehicle first.
SELECT v.version, v.vin, v.plate, v.plate_kind, p.vin_rule,
       (:now::timestamptz AT TIME ZONE coalesce(s.time_zone, 'Asia/Shanghai'))::date AS today
  FROM vehicle v
  LEFT JOIN store s ON s.id = coalesce(nullif(current_setting('app.store', true), '')::uuid, (SELECT l.store_id FROM vehicle_store l
                                                          WHERE l.vehicle_id = v.id ORDER BY l.at, l.store_id LIMIT 1))
  LEFT JOIN store_policy p ON p.store_id = s.id
 WHERE v.id = :id AND v.deleted_at IS NULL
   FOR NO KEY UPDATE OF v;

-- name: vehicle_add
INSERT INTO vehicle (id, vin, vin_check, plate, plate_kind, kind, energy, usage_type, manufacturer, make, model, model_year,
                     colour, engine_number, purchased_on, delivered_on, in_service_km, external_ids, metadata,
                     created_at, updated_at)
VALUES (:vehicle_id, :vin, :vin_check, :plate, :plate_kind, coalesce(:kind, 'automobile'), :energy, :usage_type,
        coalesce(:manufacturer, :vin_manufacturer), coalesce(:make, :vin_make), coalesce(:model, :vin_model),
        coalesce(:model_year::integer, :vin_model_year), :colour, :engine_number, :purchased_on, :delivered_on,
        :in_service_km, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: vehicle_update
UPDATE vehicle
   SET kind = CASE WHEN :has_kind THEN :kind ELSE kind END,
       energy = CASE WHEN :has_energy THEN :energy ELSE energy END,
       usage_type = CASE WHEN :has_usage_type THEN :usage_type ELSE usage_type END,
       manufacturer = CASE WHEN :has_manufacturer THEN :manufacturer ELSE manufacturer END,
       make = CASE WHEN :has_make THEN :make ELSE make END,
       model = CASE WHEN :has_model THEN :model ELSE model END,
       model_year = CASE WHEN :has_model_year THEN :model_year ELSE model_year END,
       colour = CASE WHEN :has_colour THEN :colour ELSE colour END,
       engine_number = CASE WHEN :has_engine_number THEN :engine_number ELSE engine_number END,
       purchased_on = CASE WHEN :has_purchased_on THEN :purchased_on ELSE purchased_on END,
       delivered_on = CASE WHEN :has_delivered_on THEN :delivered_on ELSE delivered_on END,
       in_service_km = CASE WHEN :has_in_service_km THEN :in_service_km ELSE in_service_km END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :vehicle_id;

-- name: vehicle_set_vin
UPDATE vehicle
   SET vin = :vin, vin_check = :vin_check,
       manufacturer = coalesce(manufacturer, :vin_manufacturer), make = coalesce(make, :vin_make),
       model = coalesce(model, :vin_model), model_year = coalesce(model_year, :vin_model_year::integer),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :vehicle_id;

-- name: vehicle_touch
UPDATE vehicle SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :vehicle_id;

-- name: plate_list   page unnamed
SELECT p.id, p.plate, p.plate_kind, p.from_date AS "from", p.to_date AS "to",
       p.from_date AS _after_on, p.id AS _after_id
  FROM vehicle_plate p
 WHERE p.vehicle_id = :id
   AND (:after_on::date IS NULL OR (p.from_date, p.id) < (:after_on, :after_id::uuid))
 ORDER BY p.from_date DESC, p.id DESC
 LIMIT :limit;

-- name: plate_release
SELECT r.id FROM plate_release(:plate, :vehicle_id, :from, :now) r (id);

-- name: plate_end
UPDATE vehicle_plate SET to_date = greatest(from_date, :from::date) WHERE vehicle_id = :vehicle_id AND to_date IS NULL;

-- name: plate_add
INSERT INTO vehicle_plate (id, vehicle_id, plate, plate_kind, from_date, created_at)
VALUES (:plate_id, :vehicle_id, :plate, :plate_kind, :from, :now);

-- name: vehicle_set_plate
UPDATE vehicle
   SET plate = :plate, plate_kind = :plate_kind,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :vehicle_id;

-- name: owner_list   page unnamed
SELECT o.id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone", o.role,
       o.from_date AS "from", o.to_date AS "to", o.from_date AS _after_on, o.id AS _after_id
  FROM vehicle_owner o
  LEFT JOIN customer c ON c.id = o.customer_id
 WHERE o.vehicle_id = :id
   AND (:after_on::date IS NULL OR (o.from_date, o.id) < (:after_on, :after_id::uuid))
 ORDER BY o.from_date DESC, o.id DESC
 LIMIT :limit;

-- name: owner_end
-- One owner and one payer at a time; drivers are as many as there are.
UPDATE vehicle_owner
   SET to_date = :from
 WHERE vehicle_id = :vehicle_id AND role = :role AND to_date IS NULL
   AND (role <> 'driver' OR customer_id = :customer_id);

-- name: owner_add
INSERT INTO vehicle_owner (id, vehicle_id, customer_id, role, from_date, created_at)
VALUES (:owner_id, :vehicle_id, :customer_id, :role, :from, :now);

-- name: odometer_list   page unnamed
SELECT r.id, r.vehicle_id, r.km, r.read_at, r.source, r.rollback, r.reason, r.created_at,
       r.read_at AS _after_at, r.id AS _after_id
  FROM odometer_reading r
 WHERE r.vehicle_id = :id
   AND (:after_at::timestamptz IS NULL OR (r.read_at, r.id) < (:after_at, :after_id::uuid))
 ORDER BY r.read_at DESC, r.id DESC
 LIMIT :limit;

-- name: odometer_get
SELECT r.id, r.vehicle_id, r.km, r.read_at, r.source, r.rollback, r.reason, r.created_at
  FROM odometer_reading r
 WHERE r.id = ANY (:ids);

-- name: odometer_before
SELECT r.km FROM odometer_reading r
 WHERE r.vehicle_id = :vehicle_id AND r.read_at <= :read_at
 ORDER BY r.read_at DESC, r.id DESC
 LIMIT 1;

-- name: odometer_add
INSERT INTO odometer_reading (id, vehicle_id, km, read_at, source, rollback, reason, actor_id, created_at)
SELECT :reading_id, :vehicle_id, :km, :read_at, :source,
       coalesce(:km < (SELECT r.km FROM odometer_reading r
                        WHERE r.vehicle_id = :vehicle_id AND r.read_at <= :read_at
                        ORDER BY r.read_at DESC, r.id DESC
                        LIMIT 1), false),
       :reason, :actor_id, :now;

-- name: odometer_set
-- The latest reading is the vehicle's; one of an earlier day changes nothing.
UPDATE vehicle
   SET odometer_km = :km, odometer_at = :read_at,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :vehicle_id AND (odometer_at IS NULL OR odometer_at <= :read_at);

-- name: vehicle_history   page unnamed
SELECT h.id, h.number, h.store_id AS "store.id", h.store_name AS "store.name", h.status, h.opened_at,
       h.completed_at, h.delivered_at, h.odometer_km, h.work,
       h.opened_at AS _after_at, h.id AS _after_id
  FROM vehicle v
 CROSS JOIN LATERAL vehicle_history(v.id) h
 WHERE v.id = :id
   AND (:after_at::timestamptz IS NULL OR (h.opened_at, h.id) < (:after_at, :after_id::uuid))
 ORDER BY h.opened_at DESC, h.id DESC
 LIMIT :limit;
