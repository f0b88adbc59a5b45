-- Whose rows a data source has pulled, in its area's own words: the connection and the account. Of
-- pulls of before it was not kept; those begin anew.
ALTER TABLE pull ADD COLUMN origin TEXT;
