-- From version 5: a room has a list that counts, beside its last one; coins are summed by hour. Sums from before are kept
-- as what they are, sums of days in UTC, in room_days and contributor_days, to which nothing is added any more.

ALTER TABLE rooms ADD COLUMN newest_ms {big};

ALTER TABLE rooms ADD COLUMN counted_ms {big};

ALTER TABLE rooms ADD COLUMN counted_snapshot {big};

ALTER TABLE rooms ADD COLUMN began_ms {big};

ALTER TABLE snapshots ADD COLUMN standing {small};

ALTER TABLE snapshots ADD COLUMN carried TEXT;

CREATE TABLE resets (                      -- when a room's scores began again: the first list of theirs that counts
  room_key  {int} NOT NULL {references rooms},
  at_ms     {big} NOT NULL,
  from_zero {small} NOT NULL,              -- 0: what the list shows may have been given before
  PRIMARY KEY (room_key, at_ms)
) {clustered};

CREATE TABLE room_hours (                  -- what happened in a room in an hour
  hour     {int} NOT NULL,                 -- since 1970, UTC
  room_key {int} NOT NULL {references rooms},
  polls    {big} NOT NULL,
  failures {big} NOT NULL,
  lists    {big} NOT NULL,
  entries  {big} NOT NULL,
  coins    {big} NOT NULL,
  PRIMARY KEY (hour, room_key)
) {clustered};

CREATE TABLE contributor_hours (           -- what contributors gave in an hour, by the lists of one kind
  hour     {int} NOT NULL,
  kind     TEXT NOT NULL,
  user_key {int} NOT NULL {references users},
  coins    {big} NOT NULL,                 -- at least
  unseen   {big},                          -- what they may have given beyond; null: without a limit
  PRIMARY KEY (hour, kind, user_key)
) {clustered};

-- Lists that a flag, or their emptiness after others, keeps out of the count: standing.Standing has the numbers.
UPDATE snapshots SET standing = 2 WHERE flags IN (
  SELECT text_key FROM texts WHERE text LIKE '%captured_in_future%' OR text LIKE '%captured_backwards%'
    OR text LIKE '%list_of_two_rooms%'
);

-- So are lists that version 4 put under the date of a wrong clock: clocks.FUTURE_MS and PAST_MS.
UPDATE snapshots SET standing = 2 WHERE captured_ms > polled_ms + 300000 OR captured_ms < polled_ms - 3600000;

UPDATE snapshots SET standing = 1 WHERE standing IS NULL AND flags IN (
  SELECT text_key FROM texts WHERE text LIKE '%anonymous_room%' OR text LIKE '%scores_withheld%'
);

UPDATE snapshots SET standing = 1 WHERE standing IS NULL AND entry_count = 0 AND EXISTS (
  SELECT 1 FROM polls p JOIN snapshots e ON e.snapshot_key = p.snapshot_key
  WHERE p.room_key = snapshots.room_key AND p.at_ms < snapshots.captured_ms AND p.is_answered = 1 AND e.entry_count > 0
);

UPDATE rooms SET counted_ms = (
  SELECT p.at_ms FROM polls p JOIN snapshots s ON s.snapshot_key = p.snapshot_key
  WHERE p.room_key = rooms.room_key AND p.is_answered = 1 AND p.at_ms <= rooms.last_captured_ms AND s.standing IS NULL
  ORDER BY p.at_ms DESC LIMIT 1
);

UPDATE rooms SET counted_snapshot = (
  SELECT p.snapshot_key FROM polls p
  WHERE p.room_key = rooms.room_key AND p.is_answered = 1 AND p.at_ms = rooms.counted_ms
);

UPDATE rooms SET newest_ms = CASE WHEN counted_ms IS NOT NULL AND EXISTS (
  SELECT 1 FROM snapshots s WHERE s.snapshot_key = rooms.last_snapshot AND s.standing IS NOT NULL AND s.entry_count > 0
) THEN counted_ms ELSE last_captured_ms END WHERE last_captured_ms >= 0;
