-- page
SELECT c.key FROM connection c WHERE (c.folded, c.id) > (:folded, :id) ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c
