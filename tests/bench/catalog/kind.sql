-- page
SELECT c.key FROM connection c WHERE c.kind = 'logged_in_user' ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c WHERE c.kind = 'logged_in_user'
