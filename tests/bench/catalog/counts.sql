-- What every answer says beside its rows.

-- all
SELECT count(*) FROM connection

-- needing
SELECT count(*) FROM connection c LEFT JOIN standing s ON s.member = :viewer AND s.connection = c.id
WHERE coalesce(s.sight, c.sight) & :needs
