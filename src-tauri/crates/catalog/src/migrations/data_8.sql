-- What is over, the oldest first: to be forgotten when it is old enough, without looking at what is
-- not.
CREATE INDEX execution_over ON execution (ended_at, key) WHERE ended_at IS NOT NULL;
