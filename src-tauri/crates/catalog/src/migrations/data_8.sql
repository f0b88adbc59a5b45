-- What is over, the oldest first: to be forgotten when it is old enough, without looking at what is
-- not.
CREATE INDEX execution_over ON execution (ended_at, key) WHERE ended_at IS NOT NULL;

-- Rows of a data source in the order they are listed in (a row's key stands behind what it is indexed
-- by): without it a page of a million rows was found by sorting all of them. Rows come in that order,
-- so it grows at its end; a pull takes a tenth longer for it.
CREATE INDEX pulled_row_place ON pulled_row (pull);
