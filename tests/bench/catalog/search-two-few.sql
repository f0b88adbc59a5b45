-- page
SELECT c.key FROM connection c WHERE c.key IN (SELECT key FROM connection_text WHERE text LIKE '%稀少%') ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c WHERE c.key IN (SELECT key FROM connection_text WHERE text LIKE '%稀少%')
