-- page
SELECT c.key FROM connection c ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c
