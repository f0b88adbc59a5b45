-- What data sources have pulled, and how far the last pull has come.
CREATE TABLE pull (
    key INTEGER PRIMARY KEY,
    item BLOB NOT NULL UNIQUE CHECK (length(item) = 16),
    -- Counts pulls of everything: a row of an earlier one is gone at the service.
    generation INTEGER NOT NULL,
    -- While one is under way: whether it asks for everything, when it began, how to get the next
    -- page in its area's own words (nothing: the first), and how many rows have come.
    whole INTEGER CHECK (whole IN (0, 1)),
    began_at INTEGER,
    next TEXT,
    came INTEGER NOT NULL DEFAULT 0,
    -- When the last one was over, and what the next one asks for changes since.
    done_at INTEGER,
    since TEXT
) STRICT;

CREATE TABLE pulled_row (
    key INTEGER PRIMARY KEY,
    pull INTEGER NOT NULL REFERENCES pull (key) ON DELETE CASCADE,
    -- The service's own identifier of the record.
    id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    -- The record as the service sent it, as JSON.
    fields TEXT NOT NULL,
    UNIQUE (pull, id)
) STRICT;
