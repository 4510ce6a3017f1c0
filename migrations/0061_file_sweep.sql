-- Contents are looked up by their name when those that no file names are removed.

CREATE INDEX file_sha256_idx ON file (sha256);
