-- From version 4: lists whose clock is wrong are ordered by the worker's. What their own clock said is kept beside it.

ALTER TABLE polls ADD COLUMN clock_ms {big};

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
