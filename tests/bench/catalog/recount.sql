-- The states a viewer sees, worked out from the slots, and in how many connections.
WITH reach AS (
    SELECT c.id, c.kind = 'logged_in_user' AS personal, c.enabled, r.value AS reach,
        EXISTS (SELECT 1 FROM retired_connector e WHERE e.id = c.connector) AS ended
    FROM connection c JOIN json_each(iif(c.mode = 'same', '["all"]', '["development", "stage", "production"]')) r
), held AS (
    -- What is stored speaks of the credential; the rest is a matter of the slot it sits in.
    SELECT s.connection, s.reach, coalesce(s.member, x'') AS member, a.unreachable_since AS silent,
        CASE WHEN a.health <> 'connected' THEN a.health
            WHEN s.connector_changed THEN 'connector_changed'
            WHEN EXISTS (SELECT 1 FROM json_each(c.scopes) w WHERE w.value NOT IN
                (SELECT g.value FROM json_each(coalesce(a.granted, a.asked)) g)) THEN 'scopes_missing'
            ELSE 'connected' END AS health
    FROM slot s JOIN authorization a ON a.id = s.authorization JOIN connection c ON c.id = s.connection
), seat AS (
    SELECT r.*, p.member AS leader, o.health AS own, o.silent AS own_silent,
        l.health AS led, l.silent AS led_silent
    FROM reach r
    LEFT JOIN primary_account p ON p.connection = r.id AND p.reach = r.reach AND r.personal
    LEFT JOIN held o ON o.connection = r.id AND o.reach = r.reach AND o.member = iif(r.personal, :viewer, x'')
    LEFT JOIN held l ON l.connection = r.id AND l.reach = r.reach AND l.member = p.member
), shown AS (
    SELECT id, personal, leader, enabled, ended,
        iif(own = 'connected' AND led IS NOT NULL, led, own) AS health,
        iif(own = 'connected' AND led IS NOT NULL, led_silent, own_silent) AS silent
    FROM seat
), state AS (
    SELECT id, CASE WHEN NOT enabled THEN 'disabled' WHEN ended THEN 'retired'
        ELSE coalesce(health, 'never_authorized') END AS state FROM shown
    UNION SELECT id, 'unreachable' FROM shown
        WHERE enabled AND NOT ended AND health = 'connected' AND silent IS NOT NULL
    UNION SELECT id, 'no_primary' FROM shown WHERE enabled AND NOT ended AND health = 'connected' AND personal AND leader IS NULL
)
SELECT state, count(*) FROM state GROUP BY state ORDER BY state
