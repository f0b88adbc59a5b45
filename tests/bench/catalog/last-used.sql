-- page
SELECT c.key FROM connection c ORDER BY c.last_used DESC, c.id DESC LIMIT :limit

-- total
SELECT count(*) FROM connection c
