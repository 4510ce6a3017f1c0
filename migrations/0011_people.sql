-- What a customer's timeline and a merge look for.
CREATE INDEX appointment_customer_idx ON appointment (customer_id);
CREATE INDEX reception_customer_idx ON reception (customer_id);
CREATE INDEX settlement_customer_idx ON settlement (customer_id);
CREATE INDEX survey_customer_idx ON survey (customer_id);
CREATE INDEX complaint_customer_idx ON complaint (customer_id);
CREATE INDEX demand_customer_idx ON demand (customer_id);

-- Phones, names and what else is of a person never stand in the audit trail.
INSERT INTO audit_class VALUES ('customer', 'name', 'personal'), ('customer', 'phone', 'personal'),
       ('customer', 'id_number', 'personal'), ('customer_contact', 'name', 'personal'), ('customer_contact', 'value', 'personal')
ON CONFLICT DO NOTHING;
