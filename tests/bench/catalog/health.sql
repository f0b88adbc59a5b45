-- page
SELECT c.key FROM connection c LEFT JOIN standing s ON s.member = :viewer AND s.connection = c.id WHERE coalesce(s.sight, c.sight) & :expired ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c LEFT JOIN standing s ON s.member = :viewer AND s.connection = c.id WHERE coalesce(s.sight, c.sight) & :expired
