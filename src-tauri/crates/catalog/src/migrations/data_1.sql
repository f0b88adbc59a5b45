-- Requests that went through the gate. No foreign keys: the connection lives in another file,
-- and its history outlives it.
CREATE TABLE run (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    connection BLOB NOT NULL,
    authorization BLOB,
    environment TEXT NOT NULL,
    caller TEXT NOT NULL,
    area TEXT NOT NULL,
    method TEXT NOT NULL,
    host TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER,
    refusal TEXT,
    millis INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX run_of_connection ON run (connection, at, id);
CREATE INDEX run_at ON run (at);
