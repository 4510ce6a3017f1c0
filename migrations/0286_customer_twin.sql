-- Who has a phone number, or a name and a car, that another customer has too, or had: where duplicates are looked for.  Triggers keep it.
CREATE TABLE customer_twin (
	id uuid CONSTRAINT customer_twin_pkey PRIMARY KEY CONSTRAINT customer_twin_customer_fkey REFERENCES customer
);
INSERT INTO customer_twin (id)
SELECT c.id
  FROM customer c
  JOIN (SELECT phone FROM customer WHERE deleted_at IS NULL AND phone IS NOT NULL GROUP BY phone HAVING count(*) > 1) p ON p.phone = c.phone
 WHERE c.deleted_at IS NULL
 UNION
SELECT c.id
  FROM vehicle_owner o
  JOIN vehicle_owner p ON p.vehicle_id = o.vehicle_id AND p.customer_id <> o.customer_id
  JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  JOIN customer d ON d.id = p.customer_id AND d.deleted_at IS NULL AND d.name = c.name;
