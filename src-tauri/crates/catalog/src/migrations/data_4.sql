-- How far each schedule has come: beside the executions, so that both are stored in one write and
-- no time starts twice, whenever the program is stopped.
CREATE TABLE schedule (
    item BLOB PRIMARY KEY CHECK (length(item) = 16),
    -- Up to when times were looked at.
    considered INTEGER NOT NULL,
    -- Times that wait for the run before them, as a JSON list.
    waiting TEXT NOT NULL CHECK (json_valid(waiting))
) STRICT;
