-- What a store keeps free, how many bookings of a kind it takes, and what became of appointments.

ALTER TABLE store_policy
	ADD COLUMN walk_in_share_bp integer NOT NULL DEFAULT 0,
	ADD COLUMN comeback_share_bp integer NOT NULL DEFAULT 0,
	ADD COLUMN late_cancel_hours integer NOT NULL DEFAULT 2,
	ADD CONSTRAINT store_policy_shares_check CHECK (walk_in_share_bp + comeback_share_bp <= 10000);

CREATE TABLE booking_limit (
	store_id      uuid NOT NULL REFERENCES store,
	service_class text NOT NULL CONSTRAINT booking_limit_service_class_check CHECK (service_class IN ('basic', 'repair', 'preventive', 'care')),
	per_hour      integer,
	per_day       integer,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT booking_limit_pkey PRIMARY KEY (store_id, service_class),
	CONSTRAINT booking_limit_some_check CHECK (per_hour IS NOT NULL OR per_day IS NOT NULL)
);

-- What a slot counts as: the classes of its work, and whose share of the day it is.
ALTER TABLE occupation
	ADD COLUMN service_classes text[] NOT NULL DEFAULT '{}',
	ADD COLUMN share text NOT NULL DEFAULT 'booked' CONSTRAINT occupation_share_check CHECK (share IN ('booked', 'walk_in', 'comeback', 'emergency'));
UPDATE occupation k
   SET service_classes = ARRAY(SELECT DISTINCT o.service_class FROM operation o WHERE o.id = ANY (a.operation_ids)),
       share = CASE WHEN a.priority IN ('emergency', 'comeback') THEN a.priority WHEN a.channel = 'walk_in' THEN 'walk_in' ELSE 'booked' END
  FROM appointment a
 WHERE a.id = k.id;
ALTER TABLE slot_hold
	ADD COLUMN priority text CONSTRAINT slot_hold_priority_check CHECK (priority IN ('normal', 'comeback', 'emergency')),
	ADD COLUMN channel text;

-- Photos that come with a booking.
ALTER TABLE file
	DROP CONSTRAINT file_subject_type_check,
	ADD CONSTRAINT file_subject_type_check CHECK (subject_type IN ('reception', 'work_order', 'complaint', 'appointment'));

-- Given up when it was too late for another to take the slot.
ALTER TABLE appointment ADD COLUMN late_cancel boolean NOT NULL DEFAULT false;

-- Each booking, move and change of state, as it left the appointment.
CREATE TABLE appointment_step (
	id             uuid PRIMARY KEY,
	store_id       uuid NOT NULL,
	appointment_id uuid NOT NULL,
	what           text NOT NULL CONSTRAINT appointment_step_what_check CHECK (what IN ('booked', 'confirmed', 'declined', 'rescheduled', 'cancelled', 'arrived', 'no_show', 'converted')),
	status         text NOT NULL,
	starts_at      timestamptz NOT NULL,
	ends_at        timestamptz NOT NULL,
	bay_id         uuid NOT NULL,
	technician_id  uuid NOT NULL,
	reason         text,
	note           text,
	actor_id       uuid,
	at             timestamptz NOT NULL,
	CONSTRAINT appointment_step_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id)
);
INSERT INTO appointment_step (id, store_id, appointment_id, what, status, starts_at, ends_at, bay_id, technician_id, reason, note, at)
SELECT a.id, a.store_id, a.id, CASE a.status WHEN 'pending' THEN 'booked' ELSE a.status END, a.status, a.starts_at, a.ends_at,
       a.bay_id, a.technician_id, a.reason, a.note, a.updated_at
  FROM appointment a;
CREATE INDEX appointment_step_idx ON appointment_step (appointment_id, at, id);
