-- page
SELECT c.key FROM connection c WHERE c.connector = :service ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c WHERE c.connector = :service
