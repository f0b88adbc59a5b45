-- page
SELECT c.key FROM connection c LEFT JOIN standing s ON s.member = :viewer AND s.connection = c.id WHERE c.kind = 'logged_in_user' AND coalesce(s.sight, c.sight) & :revoked ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c LEFT JOIN standing s ON s.member = :viewer AND s.connection = c.id WHERE c.kind = 'logged_in_user' AND coalesce(s.sight, c.sight) & :revoked
