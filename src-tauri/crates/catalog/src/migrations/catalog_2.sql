-- Sign-ins that are kept on this computer: what a service's page left behind, in a folder named by
-- the id. No cookie is in here, only whose it is.
CREATE TABLE kept_sign_in (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    member BLOB NOT NULL REFERENCES member (id),
    connector TEXT NOT NULL,
    -- The provider's own identifier of the account, and what a person recognizes it by.
    account TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    UNIQUE (member, connector, account)
) STRICT, WITHOUT ROWID;
