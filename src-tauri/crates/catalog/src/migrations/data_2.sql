-- Each time an item did its work, or was kept from it.
CREATE TABLE execution (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    item BLOB NOT NULL,
    -- A member, or `unattended`.
    caller TEXT NOT NULL,
    -- When it was due, where a schedule started it.
    due INTEGER,
    began_at INTEGER NOT NULL,
    -- Nothing while it is under way, and for ever where the program was stopped.
    ended_at INTEGER,
    outcome TEXT,
    -- Its area's own words, as JSON; never a secret.
    detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX execution_of_item ON execution (item, began_at, id);
CREATE INDEX execution_under_way ON execution (began_at) WHERE ended_at IS NULL;
