-- Members with passphrases, applications, who may use what, and handing primary accounts over.

-- The vault's record of the member's own key; NULL: no passphrase.
ALTER TABLE member ADD COLUMN key_record TEXT;
-- Wrong passphrases in a row, and when the last one was.
ALTER TABLE member ADD COLUMN wrong_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN wrong_at INTEGER NOT NULL DEFAULT 0;

-- Who answers for a connection; NULL: nobody (R5).
ALTER TABLE connection ADD COLUMN owner BLOB REFERENCES member (id);
UPDATE connection SET owner = created_by;
CREATE INDEX connection_of_owner ON connection (owner) WHERE owner IS NOT NULL;

CREATE TABLE application (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    -- The name as it is compared: no two are the same but for width and case.
    folded TEXT NOT NULL UNIQUE,
    edition TEXT NOT NULL CHECK (edition IN ('c5', 'c6')),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- With whom an application is shared.
CREATE TABLE application_member (
    application BLOB NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    member BLOB NOT NULL REFERENCES member (id),
    PRIMARY KEY (application, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX application_of_member ON application_member (member);

-- Which connections an application may use (R4).
CREATE TABLE application_connection (
    application BLOB NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    PRIMARY KEY (application, connection)
) STRICT, WITHOUT ROWID;
CREATE INDEX application_of_connection ON application_connection (connection);

-- That the workspace was restored from a backup here. Until this computer has taken it over, no
-- credential is opened.
CREATE TABLE restoration (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    backed_up_at INTEGER NOT NULL,
    restored_at INTEGER NOT NULL,
    taken_over_at INTEGER
) STRICT;
-- Came back from a backup, and nobody knows whether it is good still. Beside the health.
ALTER TABLE authorization ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0
    CHECK (unproven IN (0, 1));
-- The server that vouches for the account: its identifier says who somebody is there only. NULL: not
-- known.
ALTER TABLE authorization ADD COLUMN account_at TEXT;
CREATE INDEX authorization_unproven ON authorization (id) WHERE unproven = 1;

-- What belongs to a member.
CREATE INDEX authorization_by ON authorization (authorized_by, health);
CREATE INDEX primary_of_member ON primary_account (member) WHERE member IS NOT NULL;

-- Nothing has been stored here so far: the areas come later.
DROP TABLE use;
CREATE TABLE use (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    connection BLOB NOT NULL REFERENCES connection (id),
    application BLOB NOT NULL REFERENCES application (id),
    environment TEXT NOT NULL CHECK (environment IN ('development', 'stage', 'production')),
    area TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Scopes it needs.
    scopes TEXT NOT NULL,
    -- Whether it runs with nobody present, and when next.
    unattended INTEGER NOT NULL CHECK (unattended IN (0, 1)),
    next_run INTEGER
) STRICT;
CREATE INDEX use_of_connection ON use (connection, environment);
CREATE INDEX use_in_application ON use (application, environment, area);

-- Primary accounts that are offered to a member, and those a member has accepted beforehand.
CREATE TABLE primary_offer (
    connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    reach TEXT NOT NULL CHECK (reach IN ('all', 'development', 'stage', 'production')),
    member BLOB NOT NULL REFERENCES member (id),
    offered_by BLOB REFERENCES member (id),
    offered_at INTEGER,
    accepted_at INTEGER,
    PRIMARY KEY (connection, reach, member),
    CHECK ((offered_by IS NULL) = (offered_at IS NULL)),
    CHECK (offered_at IS NOT NULL OR accepted_at IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX primary_offer_to ON primary_offer (member);

-- When a service last answered for a credential that has no end and is never renewed.
CREATE TABLE verification (
    authorization BLOB PRIMARY KEY NOT NULL REFERENCES authorization (id) ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX authorization_keys ON authorization (authorized_at)
    WHERE health = 'connected' AND renewable = 0 AND expires_at IS NULL;

-- How what the workspace's key wraps begins; NULL until that key was replaced once.
ALTER TABLE workspace ADD COLUMN wrap_mark BLOB;

-- The log, by who did it.
CREATE INDEX event_of_actor ON event (actor, seq);

-- Client registrations that were imported without the secret they had.
CREATE TABLE registration_secret_due (
    registration BLOB PRIMARY KEY NOT NULL REFERENCES registration (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Whether the connector, with the settings of the slot's connection and reach, has other origins
-- than the authorization was obtained for (R23). Like missing scopes it is a matter of the slot:
-- an authorization that several share may be short in one and whole in the other.
ALTER TABLE slot ADD COLUMN connector_changed INTEGER NOT NULL DEFAULT 0
    CHECK (connector_changed IN (0, 1));
UPDATE authorization SET health = 'connected' WHERE health IN ('scopes_missing', 'connector_changed');
-- The client registration it was obtained with: its tokens belong to that client, whatever the
-- slot has by now. NULL: none is needed, or that one is gone.
ALTER TABLE authorization ADD COLUMN registration BLOB
    REFERENCES registration (id) ON DELETE SET NULL;
UPDATE authorization SET registration = (
    SELECT coalesce(o.registration, c.registration)
    FROM slot s JOIN connection c ON c.id = s.connection
    LEFT JOIN slot_settings o ON o.connection = s.connection AND o.reach = s.reach
    WHERE s.authorization = authorization.id
    ORDER BY (s.reach = 'all') <> (c.mode = 'same'), s.key LIMIT 1);
CREATE INDEX authorization_of_registration ON authorization (registration)
    WHERE registration IS NOT NULL;
-- Every slot is looked at once more.
DELETE FROM setting WHERE name = 'restated_by';
DROP INDEX authorization_due;
CREATE INDEX authorization_due ON authorization (expires_at)
    WHERE renewable = 1 AND health = 'connected' AND expires_at IS NOT NULL;

-- What the list filters by. In place of counts per connection: what it shows to whoever has no
-- account in it, and to each member who has one (bits, as the program's module `facets` names them).
DROP INDEX connection_by_name;
DROP INDEX connection_by_use;
DROP INDEX connection_missing;
DROP INDEX connection_personal;
DROP INDEX connection_by_age;
ALTER TABLE connection DROP COLUMN missing;
ALTER TABLE connection DROP COLUMN personal;
ALTER TABLE connection ADD COLUMN sight INTEGER NOT NULL DEFAULT 0;
CREATE INDEX connection_by_name ON connection (folded, id);
CREATE INDEX connection_by_use ON connection (last_used, id);
CREATE INDEX connection_by_age ON connection (created_at, id);
DROP TABLE standing;
CREATE TABLE standing (
    member BLOB NOT NULL REFERENCES member (id),
    connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    sight INTEGER NOT NULL,
    PRIMARY KEY (member, connection)
) STRICT, WITHOUT ROWID;
CREATE INDEX standing_of_connection ON standing (connection);

-- The same by filter: for each thing the list can be narrowed to, the connections it holds for, a
-- bit for each of 4,096 keys. An empty member: for anybody.
CREATE TABLE facet (
    member BLOB NOT NULL,
    name TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (member, name, chunk)
) STRICT, WITHOUT ROWID;

-- The texts of connection_text once more, 64 to a row: what the trigrams cannot find, or find too
-- much of, is found by reading them all. A row gets another mark whenever it changes: whoever keeps
-- the texts in memory sees by it what is out of date. Not a count: one that is rolled back would
-- come again.
CREATE TABLE connection_pack (
    pack INTEGER PRIMARY KEY,
    texts BLOB NOT NULL,
    mark INTEGER NOT NULL
) STRICT;
-- The marks by themselves, so that they are looked at without passing the texts.
CREATE INDEX connection_pack_mark ON connection_pack (pack, mark);

-- Entries of the log that wait for the key they are chained with, as JSON.
CREATE TABLE event_waiting (
    seq INTEGER PRIMARY KEY,
    event TEXT NOT NULL
) STRICT;

-- Another mark whenever the order of the list by name changes: whoever keeps the order in memory
-- sees by it that theirs is out of date. Not a count: one that is rolled back would come again.
CREATE TABLE name_order (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    mark INTEGER NOT NULL
) STRICT;
INSERT INTO name_order VALUES (1, random());
CREATE TRIGGER name_order_gains AFTER INSERT ON connection BEGIN
    UPDATE name_order SET mark = random();
END;
CREATE TRIGGER name_order_loses AFTER DELETE ON connection BEGIN
    UPDATE name_order SET mark = random();
END;
CREATE TRIGGER name_order_moves AFTER UPDATE OF folded ON connection
WHEN old.folded <> new.folded BEGIN
    UPDATE name_order SET mark = random();
END;

-- Connectors whose service has ended (R16), as who knows connectors last said.
CREATE TABLE retired_connector (
    id TEXT PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;

-- What was authorized last, for the services one begins with.
CREATE INDEX authorization_by_age ON authorization (authorized_at);
