-- page
SELECT c.key FROM connection c WHERE EXISTS (SELECT 1 FROM application_connection a WHERE a.application = :application AND a.connection = c.id) ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c WHERE EXISTS (SELECT 1 FROM application_connection a WHERE a.application = :application AND a.connection = c.id)
