-- What the rows of a page are made of, by their keys.

-- connections
SELECT c.key, c.id, c.name, c.folded, c.link_name, c.connector, c.kind, c.mode, c.scopes, c.registration, c.settings,
    c.enabled, c.created_by, c.created_at, c.last_used
FROM json_each(:keys) k CROSS JOIN connection c ON c.key = k.value

-- slots
SELECT s.connection, s.reach, s.member, a.*
FROM json_each(:keys) k CROSS JOIN connection c ON c.key = k.value
CROSS JOIN slot s ON s.connection = c.id CROSS JOIN authorization a ON a.id = s.authorization

-- primaries
SELECT p.connection, p.reach, p.member, p.since
FROM json_each(:keys) k CROSS JOIN connection c ON c.key = k.value
CROSS JOIN primary_account p ON p.connection = c.id WHERE p.member IS NOT NULL

-- settings
SELECT s.* FROM json_each(:keys) k CROSS JOIN connection c ON c.key = k.value
CROSS JOIN slot_settings s ON s.connection = c.id

-- uses
SELECT c.id, count(*) FROM json_each(:keys) k CROSS JOIN connection c ON c.key = k.value
CROSS JOIN use u ON u.connection = c.id GROUP BY c.id
