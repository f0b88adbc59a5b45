-- What the areas keep: a call, a task, a data source, a workflow, a panel, a schedule. What it does
-- is its definition, in its area's own words. Which connections it goes through is not in there but
-- in `use`, so that putting one connection in another's place moves all of them in one step (R18).
CREATE TABLE item (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    application BLOB NOT NULL REFERENCES application (id),
    environment TEXT NOT NULL CHECK (environment IN ('development', 'stage', 'production')),
    area TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The name without width and case: one item of it per place and area.
    folded TEXT NOT NULL,
    definition TEXT NOT NULL CHECK (json_valid(definition)),
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
    -- Counts changes, so that two windows do not overwrite each other.
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    created_by BLOB,
    UNIQUE (application, environment, area, folded)
) STRICT;

-- Which item a use belongs to, and which part of it: a workflow has an action for each.
ALTER TABLE use ADD COLUMN item BLOB REFERENCES item (id) ON DELETE CASCADE;
ALTER TABLE use ADD COLUMN part TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX use_of_item ON use (item, part) WHERE item IS NOT NULL;
