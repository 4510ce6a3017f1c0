-- What a line asks for is asked anew after a failed check: answers and photos are of an attempt, the first of which is 1.

ALTER TABLE line_check ADD COLUMN attempt integer NOT NULL DEFAULT 1 CONSTRAINT line_check_attempt_check CHECK (attempt > 0);
ALTER TABLE line_photo ADD COLUMN attempt integer NOT NULL DEFAULT 1 CONSTRAINT line_photo_attempt_check CHECK (attempt > 0);

-- Lines that were reworked before were finished with what they had.
UPDATE line_check a SET attempt = 1 + l.rework_count FROM work_order_line l WHERE l.id = a.line_id AND l.rework_count > 0;
UPDATE line_photo p SET attempt = 1 + l.rework_count FROM work_order_line l WHERE l.id = p.line_id AND l.rework_count > 0;
