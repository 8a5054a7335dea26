-- What writing asks of both databases. `?` takes a value.

-- name: find_source
-- A gateway's key.
SELECT source_key FROM sources WHERE source = ?;

-- name: add_source
-- A gateway that is new.
INSERT INTO sources (source) VALUES (?) ON CONFLICT DO NOTHING;

-- name: has_poll
-- Whether this very poll is stored.
SELECT 1 FROM polls WHERE room_key = ? AND at_ms = ? AND is_answered = ?;

-- name: has_snapshot
-- Whether a snapshot's key is taken.
SELECT 1 FROM snapshots WHERE snapshot_key = ?;

-- name: last_score
-- What a user had when a room's list was last left.
SELECT last_score FROM stays WHERE room_key = ? AND user_key = ? AND until_ms IS NOT NULL ORDER BY since_ms DESC LIMIT 1;

-- name: list_rows
-- The rows of the lists of a chain up to a step, later ones over earlier ones. The keys are bounded by the day that the
-- chain is in, so that PostgreSQL looks into one partition.
SELECT e.position, e.rank, e.score, e.exactly_score, e.score_precision, e.delta, e.has_no_delta, e.profile_key,
  e.grade_key, e.club_key, e.flags, p.user_key
FROM snapshots s JOIN entries e ON e.snapshot_key = s.snapshot_key JOIN profiles p ON p.profile_key = e.profile_key
WHERE s.base_key = ? AND s.step <= ? AND s.snapshot_key BETWEEN ? AND ? AND e.snapshot_key BETWEEN ? AND ?
ORDER BY s.step;

-- name: end_stays_of_purged
-- Who stood in the last list of a room, where that list goes.
UPDATE stays SET until_ms = (SELECT r.last_captured_ms FROM rooms r WHERE r.room_key = stays.room_key)
WHERE until_ms IS NULL AND room_key IN (SELECT r.room_key FROM rooms r WHERE r.last_snapshot < ?);
