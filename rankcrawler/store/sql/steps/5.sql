-- From version 4: lists whose clock is wrong are ordered by the worker's, and lists under one clock in the order of their
-- polls. What their own clock said is kept beside it. And a chain of delta lists knows how many rows it has.

-- the list's own clock, if at_ms is not it
ALTER TABLE polls ADD COLUMN clock_ms {big};

-- what is wrong with the poll, not with its list; a key of texts
ALTER TABLE polls ADD COLUMN flags {int} {references texts};

-- rows written for this list and those before it in its chain; null for lists from before version 5
ALTER TABLE snapshots ADD COLUMN chain_rows {int};

-- A list from the future kept every later list of its room from being the newest: the last one before it is that again.
UPDATE rooms SET last_fingerprint = NULL, last_captured_ms = coalesce((
  SELECT max(p.at_ms) FROM polls p
  WHERE p.room_key = rooms.room_key AND p.is_answered = 1 AND p.at_ms <= rooms.last_polled_ms + 300000
), -1), last_snapshot = (
  SELECT p.snapshot_key FROM polls p
  WHERE p.room_key = rooms.room_key AND p.is_answered = 1 AND p.at_ms <= rooms.last_polled_ms + 300000
  ORDER BY p.at_ms DESC LIMIT 1
)
WHERE last_captured_ms > last_polled_ms + 300000;

CREATE TABLE purges (                      -- purges that removed something
  before_day {int} NOT NULL                -- the days before it were removed; their sums stay
) {strict};

INSERT INTO purges (before_day) SELECT min(at_ms) / 86400000 FROM polls HAVING min(at_ms) IS NOT NULL;
