-- When API keys were used: beside them, so that a use is no change of the key.

CREATE TABLE api_key_use (
	key_id       uuid PRIMARY KEY REFERENCES api_key,
	last_used_at timestamptz NOT NULL
);
