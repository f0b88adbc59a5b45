-- Through which application a request came, and how often it was sent. Of requests recorded before,
-- neither was kept: those that reached an authorization count as sent once.
ALTER TABLE run ADD COLUMN application BLOB CHECK (length(application) = 16);
ALTER TABLE run ADD COLUMN tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0);
UPDATE run SET tries = 1 WHERE authorization IS NOT NULL;
