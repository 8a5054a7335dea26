-- name: room
-- What the store knows of a room.
SELECT room_key, last_captured_at, last_digest, last_snapshot, fence
FROM rooms WHERE source = ? AND room_id = ?;

-- name: add_room
-- A room that was never polled before.
INSERT INTO rooms (source, room_id, anchor_id, first_polled_at, last_polled_at, last_captured_at, last_digest, fence)
VALUES (:source, :room_id, :anchor_id, :polled_at, :polled_at, '', '', :fence);

-- name: advance_room
-- The newest poll of a room.
UPDATE rooms SET anchor_id = coalesce(:anchor_id, anchor_id), last_polled_at = :polled_at,
  last_captured_at = :captured_at, last_digest = :digest, last_snapshot = :snapshot_key,
  fence = max(fence, :fence)
WHERE room_key = :room_key;

-- name: has_poll
-- Whether this very snapshot is stored.
SELECT 1 FROM polls WHERE room_key = ? AND captured_at = ?;

-- name: add_poll
-- One look at a room.
INSERT INTO polls VALUES (:room_key, :captured_at, :polled_at, :outcome, :snapshot_key, :total, :user_count_desc);

-- name: add_snapshot
-- A list that differs from the one before.
INSERT INTO snapshots VALUES (NULL, :room_key, :source, :room_id, :anchor_id, :captured_at, :polled_at, :total,
  :user_count_desc, :currency, :has_more, :entry_count, :digest, :flags, :fence);

-- name: add_entry
-- One row of a list.
INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: add_quarantined
-- A row of an answer that could not be read.
INSERT INTO quarantine VALUES (?, ?, ?, ?, ?);

-- name: quarantined_of
-- The rows of one answer that could not be read.
SELECT position, path, reason FROM quarantine WHERE room_key = ? AND captured_at = ? ORDER BY position;

-- name: see_user
-- A contributor's latest profile; a list that comes late tells only that the user was seen earlier.
INSERT INTO users VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
ON CONFLICT (source, user_id) DO UPDATE SET
  sec_uid = iif(excluded.last_seen >= last_seen, excluded.sec_uid, sec_uid),
  display_id = iif(excluded.last_seen >= last_seen, excluded.display_id, display_id),
  nickname = iif(excluded.last_seen >= last_seen, excluded.nickname, nickname),
  gender = iif(excluded.last_seen >= last_seen, excluded.gender, gender),
  avatar_url = iif(excluded.last_seen >= last_seen, excluded.avatar_url, avatar_url),
  first_seen = min(first_seen, excluded.first_seen),
  last_seen = max(last_seen, excluded.last_seen);

-- name: latest_snapshot
-- The list that a room had at its last poll.
SELECT s.* FROM rooms r JOIN snapshots s ON s.snapshot_key = r.last_snapshot
WHERE r.room_id = ? ORDER BY r.last_captured_at DESC LIMIT 1;

-- name: entries_of
-- The rows of one list, as they stood.
SELECT * FROM entries WHERE snapshot_key = ? ORDER BY position;

-- name: counts
-- How much the store holds.
SELECT (SELECT count(*) FROM rooms), (SELECT count(*) FROM polls), (SELECT count(*) FROM snapshots),
  (SELECT count(*) FROM entries);
