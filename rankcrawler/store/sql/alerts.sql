-- What alerts ask of a database, again and again. `:name` takes a value; {name} stands for the text of that name.

-- name: alerts_rooms
-- The rooms with lists that were polled since a moment: their last list that counts, and their last list, with its place.
SELECT r.room_key, g.source, r.kind, r.room_id, r.anchor_id, r.first_polled_ms, r.last_polled_ms, coalesce(r.counted_ms, -1),
  r.counted_snapshot, r.last_captured_ms, r.last_snapshot
FROM _rooms r JOIN _sources g ON g.source_key = r.source_key
WHERE r.last_polled_ms >= :since_ms AND r.last_captured_ms >= 0 ORDER BY r.room_key;

-- name: alerts_lists
-- The lists that were written in a room in a time: how each stands, its rows, and its flags.
SELECT p.at_ms, coalesce(s.standing, 0), s.entry_count, f.text
FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
LEFT JOIN _texts f ON f.text_key = s.flags
WHERE p.room_key = :room_key AND p.at_ms > :since_ms AND p.at_ms <= :until_ms AND p.is_answered = 1 ORDER BY p.at_ms;

-- name: alerts_list_before
-- The flags of the last list with contributors that a room had until a moment, and that no flag casts doubt on.
SELECT f.text
FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key LEFT JOIN _texts f ON f.text_key = s.flags
WHERE p.room_key = :room_key AND p.at_ms <= :until_ms AND p.is_answered = 1 AND s.entry_count > 0
  AND coalesce(s.standing, 0) IN (0, 1, 4)
ORDER BY p.at_ms DESC LIMIT 1;

-- name: alerts_hours
-- What happened in a room in some hours.
-- rows: hour int, room_key int
WITH w ({columns}) AS ({rows})
SELECT h.hour, h.polls, h.failures, h.coins FROM w CROSS JOIN _room_hours h
WHERE h.hour = w.hour AND h.room_key = w.room_key;

-- name: alerts_arrivals
-- The rooms that are polled again and again and have not ended, when the last list of each arrived, and whose they are.
SELECT g.source, r.kind, r.room_id, r.anchor_id, p.polled_ms, v.anchor, v.nickname, v.title
FROM _rooms r JOIN _sources g ON g.source_key = r.source_key LEFT JOIN _sessions v ON v.session_key = (
  SELECT max(y.session_key) FROM _sessions y WHERE y.room_id = r.room_id AND y.source_key = r.source_key
)
LEFT JOIN _polls p ON p.room_key = r.room_key AND p.at_ms = r.last_captured_ms AND p.is_answered = 1
WHERE r.every IS NOT NULL AND r.last_outcome <> '' AND {over_ms} IS NULL ORDER BY r.room_key;

-- name: alerts_sessions
-- The sessions that are on, or have ended since a moment.
SELECT s.session_key, g.source, s.anchor, s.room_id, s.begun_ms, s.begun_by, s.ended_ms, s.title, s.nickname
FROM _sessions s JOIN _sources g ON g.source_key = s.source_key
WHERE s.ended_ms IS NULL OR s.ended_ms >= :since_ms ORDER BY s.session_key;
