-- The states a viewer sees, worked out from the slots, and in how many connections.
WITH reach AS (
    SELECT c.id, c.kind = 'logged_in_user' AS personal, c.enabled, r.value AS reach
    FROM connection c JOIN json_each(iif(c.mode = 'same', '["all"]', '["development", "stage", "production"]')) r
), seat AS (
    SELECT r.*, p.member AS leader, o.health AS own, o.unreachable_since AS own_silent,
        l.health AS led, l.unreachable_since AS led_silent
    FROM reach r
    LEFT JOIN primary_account p ON p.connection = r.id AND p.reach = r.reach AND r.personal
    LEFT JOIN slot os ON os.connection = r.id AND os.reach = r.reach
        AND coalesce(os.member, x'') = iif(r.personal, :viewer, x'')
    LEFT JOIN authorization o ON o.id = os.authorization
    LEFT JOIN slot ls ON ls.connection = r.id AND ls.reach = r.reach AND coalesce(ls.member, x'') = p.member
    LEFT JOIN authorization l ON l.id = ls.authorization
), shown AS (
    SELECT id, personal, leader, enabled,
        iif(own = 'connected' AND led IS NOT NULL, led, own) AS health,
        iif(own = 'connected' AND led IS NOT NULL, led_silent, own_silent) AS silent
    FROM seat
), state AS (
    SELECT id, iif(enabled, coalesce(health, 'never_authorized'), 'disabled') AS state FROM shown
    UNION SELECT id, 'unreachable' FROM shown WHERE enabled AND health = 'connected' AND silent IS NOT NULL
    UNION SELECT id, 'no_primary' FROM shown WHERE enabled AND health = 'connected' AND personal AND leader IS NULL
)
SELECT state, count(*) FROM state GROUP BY state ORDER BY state
