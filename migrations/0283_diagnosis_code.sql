-- Who had this fault code before, and what was it?
CREATE INDEX diagnosis_code_code_idx ON diagnosis_code (code, diagnosis_id);
