-- Why a check was failed, as a code beside the words; words that are a code have said it.

ALTER TABLE quality_check_failure
	ADD COLUMN reason_code text CONSTRAINT quality_check_failure_reason_code_check CHECK (reason_code IN
		('symptom_remains', 'new_symptom', 'workmanship', 'wrong_part', 'torque_or_fit', 'leak', 'dirty', 'missing_item', 'document_gap'));

UPDATE quality_check_failure
   SET reason_code = reason
 WHERE reason IN ('symptom_remains', 'new_symptom', 'workmanship', 'wrong_part', 'torque_or_fit', 'leak', 'dirty', 'missing_item', 'document_gap');
