-- page
SELECT c.key FROM connection c WHERE c.key IN (SELECT rowid FROM connection_search WHERE connection_search MATCH '"example.com"') ORDER BY c.folded, c.id LIMIT :limit

-- total
SELECT count(*) FROM connection c WHERE c.key IN (SELECT rowid FROM connection_search WHERE connection_search MATCH '"example.com"')
