-- Records of forms. The form lives in the other file; its records go with it.
CREATE TABLE record (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    item BLOB NOT NULL CHECK (length(item) = 16),
    version INTEGER NOT NULL,
    -- Its values by the names of its fields, as JSON.
    fields TEXT NOT NULL CHECK (json_valid(fields)),
    added_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    added_by BLOB CHECK (length(added_by) = 16)
) STRICT;
CREATE INDEX record_of_item ON record (item, key);
