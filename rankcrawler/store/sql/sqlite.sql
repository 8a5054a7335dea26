-- What only SQLite is asked. `:name` takes a value.

-- name: topmost_rows
-- Of a chain up to a step, the latest row at each position; max() has SQLite take the other columns from its row.
SELECT e.*, max(s.step) FROM _snapshots s JOIN _entries e ON e.snapshot_key = s.snapshot_key
WHERE {in_chain} GROUP BY e.position

-- name: sort_arrivals
-- Sorts the latest visits in.
INSERT OR IGNORE INTO _visits (user_key, room_key) SELECT user_key, room_key FROM _arrivals ORDER BY user_key, room_key;

-- name: clear_arrivals
-- After sort_arrivals.
DELETE FROM _arrivals;

-- name: lock_sources
-- Before gateways are renamed: does nothing, because a transaction keeps everybody else from writing.
SELECT 1 WHERE 0;

-- name: oldest_day
-- The first day with polls or lists before a moment.
SELECT min(day) FROM (
  SELECT min(captured_ms) / 86400000 AS day FROM _snapshots WHERE snapshot_key < :end_ms << 20
  UNION ALL SELECT min(at_ms) / 86400000 FROM _polls WHERE at_ms < :end_ms
) HAVING min(day) IS NOT NULL;

-- name: delete_polls
-- Polls before a moment.
DELETE FROM _polls WHERE at_ms < :end_ms;

-- name: delete_snapshots
-- Lists before a key.
DELETE FROM _snapshots WHERE snapshot_key < :end_key;

-- name: delete_entries
-- Rows of lists before a key.
DELETE FROM _entries WHERE snapshot_key < :end_key;

-- name: delete_quarantine
-- Rows that could not be read, of lists before a key.
DELETE FROM _quarantine WHERE snapshot_key < :end_key;
