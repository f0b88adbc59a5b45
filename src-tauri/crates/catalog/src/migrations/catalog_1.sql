-- Identifiers are 16-byte blobs (UUIDv7), times are milliseconds since 1970 in UTC, lists and
-- maps are JSON.

CREATE TABLE workspace (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    data_center TEXT NOT NULL,
    country TEXT,
    created_at INTEGER NOT NULL,
    key_record TEXT NOT NULL
) STRICT;

CREATE TABLE member (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE registration (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    connector TEXT NOT NULL,
    name TEXT NOT NULL,
    client_id TEXT NOT NULL,
    redirect TEXT NOT NULL CHECK (redirect IN ('loopback_any_port', 'loopback_port', 'localhost_port', 'intercepted')),
    redirect_port INTEGER,
    redirect_address TEXT,
    secret BLOB,
    secret_version INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((secret IS NULL) = (secret_version IS NULL))
) STRICT;
CREATE INDEX registration_of_connector ON registration (connector);

CREATE TABLE registration_wrap (
    registration BLOB NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    reader TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (registration, reader)
) STRICT, WITHOUT ROWID;

-- Connector files a manager has accepted.
CREATE TABLE connector (
    id TEXT PRIMARY KEY NOT NULL,
    hash TEXT NOT NULL,
    toml TEXT NOT NULL,
    accepted_by BLOB NOT NULL REFERENCES member (id),
    accepted_at INTEGER NOT NULL
) STRICT;

-- What people call a connector, in every language, for the search.
CREATE TABLE connector_words (
    id TEXT PRIMARY KEY NOT NULL,
    words TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE connection (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL,
    -- The name as the list sorts it.
    folded TEXT NOT NULL,
    link_name TEXT NOT NULL UNIQUE,
    connector TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('system', 'admin', 'logged_in_user')),
    mode TEXT NOT NULL CHECK (mode IN ('same', 'per_environment')),
    scopes TEXT NOT NULL,
    registration BLOB REFERENCES registration (id),
    settings TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_by BLOB REFERENCES member (id),
    created_at INTEGER NOT NULL,
    -- 0: never used.
    last_used INTEGER NOT NULL DEFAULT 0,
    -- Derived, so that "what needs a person" is counted without reading every slot. While
    -- enabled: reaches of a system or admin connection that are not connected, and reaches of a
    -- logged-in-user connection, which each member connects for themself (see standing).
    missing INTEGER NOT NULL DEFAULT 0,
    personal INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX connection_by_name ON connection (folded, id, kind, connector, missing, personal);
CREATE INDEX connection_by_use ON connection (last_used, id, kind, connector, missing, personal);
CREATE INDEX connection_of_connector ON connection (connector);
CREATE INDEX connection_of_registration ON connection (registration) WHERE registration IS NOT NULL;
CREATE INDEX connection_missing ON connection (missing) WHERE missing > 0;
CREATE INDEX connection_personal ON connection (personal) WHERE personal > 0;
CREATE INDEX connection_by_age ON connection (created_at, id, missing, personal)
    WHERE missing > 0 OR personal > 0;

-- How many reaches of an enabled logged-in-user connection a member has connected, how many are
-- left, and in how many of the connected ones nobody is primary (R11). No row: none connected.
CREATE TABLE standing (
    member BLOB NOT NULL REFERENCES member (id),
    connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    connected INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    unled INTEGER NOT NULL,
    PRIMARY KEY (member, connection)
) STRICT, WITHOUT ROWID;
CREATE INDEX standing_of_connection ON standing (connection);

-- What the search looks through: name, link name, connector and account labels, folded.
CREATE TABLE connection_text (
    key INTEGER PRIMARY KEY REFERENCES connection (key) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE connection_search USING fts5 (
    text, content = 'connection_text', content_rowid = 'key', tokenize = 'trigram', detail = 'full'
);
CREATE TRIGGER connection_text_added AFTER INSERT ON connection_text BEGIN
    INSERT INTO connection_search (rowid, text) VALUES (new.key, new.text);
END;
CREATE TRIGGER connection_text_removed AFTER DELETE ON connection_text BEGIN
    INSERT INTO connection_search (connection_search, rowid, text) VALUES ('delete', old.key, old.text);
END;
CREATE TRIGGER connection_text_changed AFTER UPDATE ON connection_text BEGIN
    INSERT INTO connection_search (connection_search, rowid, text) VALUES ('delete', old.key, old.text);
    INSERT INTO connection_search (rowid, text) VALUES (new.key, new.text);
END;

CREATE TABLE slot_settings (
    connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    reach TEXT NOT NULL CHECK (reach IN ('all', 'development', 'stage', 'production')),
    settings TEXT NOT NULL,
    registration BLOB REFERENCES registration (id),
    PRIMARY KEY (connection, reach)
) STRICT, WITHOUT ROWID;
CREATE INDEX slot_settings_of_registration ON slot_settings (registration)
    WHERE registration IS NOT NULL;

CREATE TABLE authorization (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    account_id TEXT,
    account_name TEXT,
    account_email TEXT,
    label TEXT,
    asked TEXT NOT NULL,
    granted TEXT,
    health TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER,
    refresh_expires_at INTEGER,
    renewable INTEGER NOT NULL CHECK (renewable IN (0, 1)),
    -- When it ends for good, where that is known (domain::freshness::lapse).
    ends_at INTEGER,
    unreachable_since INTEGER,
    unreachable_code TEXT,
    -- Renewals that failed in a row meanwhile.
    unreachable_failures INTEGER NOT NULL DEFAULT 0,
    origins TEXT NOT NULL,
    extras TEXT NOT NULL,
    authorized_by BLOB NOT NULL REFERENCES member (id),
    authorized_at INTEGER NOT NULL,
    last_used INTEGER,
    last_renewed INTEGER,
    version INTEGER NOT NULL,
    CHECK ((unreachable_since IS NULL) = (unreachable_code IS NULL))
) STRICT;
CREATE INDEX authorization_due ON authorization (expires_at)
    WHERE renewable = 1 AND health IN ('connected', 'scopes_missing') AND expires_at IS NOT NULL;
CREATE INDEX authorization_ending ON authorization (ends_at)
    WHERE health = 'connected' AND ends_at IS NOT NULL;

-- Sealed bytes. No row where the authorization was revoked.
CREATE TABLE credential (
    authorization BLOB PRIMARY KEY NOT NULL REFERENCES authorization (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    previous_version INTEGER,
    previous BLOB,
    CHECK ((previous IS NULL) = (previous_version IS NULL))
) STRICT;

CREATE TABLE credential_wrap (
    authorization BLOB NOT NULL REFERENCES credential (authorization) ON DELETE CASCADE,
    reader TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (authorization, reader)
) STRICT, WITHOUT ROWID;

-- Who may renew a credential now. The row stays when the lease is given back: its generation
-- only ever grows, so that a late writer is told from the present one.
CREATE TABLE lease (
    authorization BLOB PRIMARY KEY NOT NULL REFERENCES authorization (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    owner TEXT,
    taken_at INTEGER NOT NULL,
    held_until INTEGER NOT NULL,
    -- The version that was being sent, and how often, until an answer was stored.
    sending INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Renewals sent lately, by whose budget they were taken out of: a provider counts them all,
-- whichever process sent them, and does not forget them when the program ends.
CREATE TABLE renewal_sent (
    key INTEGER PRIMARY KEY,
    budget TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX renewal_sent_of_budget ON renewal_sent (budget, at);

CREATE TABLE slot (
    key INTEGER PRIMARY KEY,
    connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    reach TEXT NOT NULL CHECK (reach IN ('all', 'development', 'stage', 'production')),
    member BLOB REFERENCES member (id),
    authorization BLOB NOT NULL REFERENCES authorization (id)
) STRICT;
CREATE UNIQUE INDEX slot_place ON slot (connection, reach, coalesce(member, x''));
CREATE INDEX slot_of_authorization ON slot (authorization);
CREATE INDEX slot_of_member ON slot (member) WHERE member IS NOT NULL;

-- A row without a member: there was a primary account, and nobody is to be promoted silently.
CREATE TABLE primary_account (
    connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    reach TEXT NOT NULL CHECK (reach IN ('all', 'development', 'stage', 'production')),
    member BLOB REFERENCES member (id),
    since INTEGER NOT NULL,
    PRIMARY KEY (connection, reach)
) STRICT, WITHOUT ROWID;

CREATE TABLE flow (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    reach TEXT NOT NULL,
    member BLOB,
    registration BLOB,
    state_hash BLOB NOT NULL UNIQUE CHECK (length(state_hash) = 32),
    claimed INTEGER NOT NULL DEFAULT 0 CHECK (claimed IN (0, 1)),
    agent TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    outcome TEXT,
    ended_at INTEGER,
    failed INTEGER NOT NULL DEFAULT 0 CHECK (failed IN (0, 1))
) STRICT;
CREATE INDEX flow_of_connection ON flow (connection, started_at, id);
CREATE INDEX flow_open ON flow (started_at) WHERE outcome IS NULL;
CREATE INDEX flow_failed ON flow (started_at) WHERE failed = 1;

CREATE TABLE flow_step (
    key INTEGER PRIMARY KEY,
    flow BLOB NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    code TEXT NOT NULL,
    ok INTEGER NOT NULL CHECK (ok IN (0, 1)),
    args TEXT NOT NULL,
    wire TEXT NOT NULL,
    millis INTEGER
) STRICT;
CREATE INDEX flow_step_of_flow ON flow_step (flow, key);

CREATE TABLE use (
    key INTEGER PRIMARY KEY,
    connection BLOB NOT NULL REFERENCES connection (id),
    area TEXT NOT NULL,
    name TEXT NOT NULL,
    application TEXT NOT NULL,
    environment TEXT NOT NULL
) STRICT;
CREATE INDEX use_of_connection ON use (connection);
CREATE INDEX use_in_application ON use (application, environment, area);

-- The audit log. Each tag is an HMAC over the tag before it and this row; the head's seal is one
-- over the last tag, so that rows missing at the end show.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor BLOB,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    args TEXT NOT NULL,
    tag BLOB NOT NULL
) STRICT;
CREATE INDEX event_of_subject ON event (subject, seq);
CREATE TRIGGER event_never_changes BEFORE UPDATE ON event BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
CREATE TRIGGER event_never_goes BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

CREATE TABLE event_head (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    seq INTEGER NOT NULL,
    tag BLOB NOT NULL,
    seal BLOB NOT NULL
) STRICT;
