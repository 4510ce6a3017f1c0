-- How much of the authorised lines the discounts of an order may take off, in all, by the rule that let this one pass: what its writer may
-- give, or what an approval let pass.  Lines of before have none, and are not cut.

ALTER TABLE work_order_line
	ADD COLUMN discount_limit_bp integer,
	ADD CONSTRAINT work_order_line_discount_limit_check CHECK (discount_limit_bp BETWEEN 0 AND 10000) NOT VALID;
ALTER TABLE estimate_line
	ADD COLUMN discount_limit_bp integer,
	ADD CONSTRAINT estimate_line_discount_limit_check CHECK (discount_limit_bp BETWEEN 0 AND 10000) NOT VALID;
