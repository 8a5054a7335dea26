-- What readers ask of both databases. `?` takes a value.

-- name: counts
-- How much the store holds, row by row.
SELECT (SELECT count(*) FROM rooms WHERE last_outcome <> ''), (SELECT count(*) FROM polls),
  (SELECT count(*) FROM snapshots WHERE entry_count > 0), (SELECT count(*) FROM entries);

-- name: rooms
-- The next rooms with lists of a kind.
SELECT DISTINCT room_id FROM rooms WHERE kind = ? AND room_id > ? ORDER BY room_id LIMIT 1000;

-- name: rooms_named
-- The rooms of an id, of every gateway that knows one, the one polled last first.
SELECT r.room_key, g.source, r.kind, r.room_id FROM rooms r JOIN sources g ON g.source_key = r.source_key
WHERE r.room_id = ? AND r.kind = ? ORDER BY r.last_polled_ms DESC;

-- name: latest_list
-- What a room's last list was, and when it was last seen so.
SELECT s.snapshot_key, s.base_key, s.step, p.at_ms, p.polled_ms, s.entry_count, s.anchor_id, c.text, s.has_more,
  f.text, s.digest, p.total, d.text
FROM rooms r JOIN polls p ON p.room_key = r.room_key AND p.at_ms = r.last_captured_ms AND p.is_answered = 1
JOIN snapshots s ON s.snapshot_key = p.snapshot_key LEFT JOIN texts c ON c.text_key = s.currency
LEFT JOIN texts f ON f.text_key = s.flags LEFT JOIN texts d ON d.text_key = p.user_count_desc
WHERE r.room_key = ?;

-- name: list_at
-- What list a room had at a moment.
SELECT s.snapshot_key, s.base_key, s.step, p.at_ms, p.polled_ms, s.entry_count, s.anchor_id, c.text, s.has_more,
  f.text, s.digest, p.total, d.text
FROM (SELECT * FROM polls WHERE room_key = ? AND at_ms <= ? AND is_answered = 1 ORDER BY at_ms DESC LIMIT 1) p
JOIN snapshots s ON s.snapshot_key = p.snapshot_key LEFT JOIN texts c ON c.text_key = s.currency
LEFT JOIN texts f ON f.text_key = s.flags LEFT JOIN texts d ON d.text_key = p.user_count_desc;

-- name: first_list
-- The first list of a room in a time.
SELECT s.snapshot_key, s.base_key, s.step, p.at_ms, p.polled_ms, s.entry_count, s.anchor_id, c.text, s.has_more,
  f.text, s.digest, p.total, d.text
FROM (SELECT * FROM polls WHERE room_key = ? AND at_ms >= ? AND at_ms <= ? AND is_answered = 1 ORDER BY at_ms LIMIT 1) p
JOIN snapshots s ON s.snapshot_key = p.snapshot_key
LEFT JOIN texts c ON c.text_key = s.currency
LEFT JOIN texts f ON f.text_key = s.flags LEFT JOIN texts d ON d.text_key = p.user_count_desc;

-- name: lists_between
-- The lists of a room that were written in a time.
SELECT s.snapshot_key, s.base_key, s.step, p.at_ms, p.polled_ms, s.entry_count, s.anchor_id, c.text, s.has_more,
  f.text, s.digest, p.total, d.text
FROM polls p JOIN snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
LEFT JOIN texts c ON c.text_key = s.currency
LEFT JOIN texts f ON f.text_key = s.flags LEFT JOIN texts d ON d.text_key = p.user_count_desc
WHERE p.room_key = ? AND p.at_ms >= ? AND p.at_ms < ? AND p.is_answered = 1
ORDER BY p.at_ms;

-- name: scores_between
-- The rows that were written for a room's lists in a time, and whose they are; a list without rows has one of nulls.
SELECT s.captured_ms, s.base_key, s.step, s.entry_count, e.position, l.user_key, e.score
FROM polls p JOIN snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
LEFT JOIN entries e ON e.snapshot_key = s.snapshot_key LEFT JOIN profiles l ON l.profile_key = e.profile_key
WHERE p.room_key = ? AND p.at_ms > ? AND p.at_ms <= ? AND p.is_answered = 1
ORDER BY s.captured_ms;

-- name: quarantined
-- The rows of a list that could not be read.
SELECT position, path, reason FROM quarantine WHERE snapshot_key = ? ORDER BY position;

-- name: polls
-- The latest polls of a room in a time.
SELECT p.at_ms, p.polled_ms, p.outcome, s.entry_count, p.total, t.text, v.action, v.reason, v.status, v.code,
  v.status_code, p.attempt
FROM (SELECT * FROM polls WHERE room_key = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms DESC LIMIT ?) p
LEFT JOIN snapshots s ON s.snapshot_key = p.snapshot_key
LEFT JOIN texts t ON t.text_key = p.user_count_desc
LEFT JOIN verdicts v ON v.verdict_key = p.verdict_key
ORDER BY p.at_ms, p.is_answered;

-- name: poll_times
-- When a room was polled in a time, and whether there was a list.
SELECT at_ms, is_answered FROM polls WHERE room_key = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms;

-- name: users_named
-- The users of an id, of every gateway that knows one, the one seen last first.
SELECT u.user_key, g.source, u.user_id, p.display_id, p.sec_uid, p.nickname, p.gender, p.avatar_url, u.first_seen_ms
FROM users u JOIN sources g ON g.source_key = u.source_key LEFT JOIN profiles p ON p.profile_key = u.profile_key
WHERE u.user_id = ? ORDER BY u.profile_ms DESC;

-- name: user_by_key
-- What a user is called.
SELECT u.user_id, p.nickname FROM users u LEFT JOIN profiles p ON p.profile_key = u.profile_key WHERE u.user_key = ?;

-- name: last_seen
-- The last list with a user in it.
SELECT max(coalesce(y.until_ms, r.last_captured_ms))
FROM (SELECT room_key FROM visits WHERE user_key = ? UNION SELECT room_key FROM arrivals WHERE user_key = ?) v
JOIN stays y ON y.room_key = v.room_key AND y.user_key = ? JOIN rooms r ON r.room_key = v.room_key;

-- name: stays
-- Where a user was. A room's last list is told with stays that go on.
SELECT r.kind, r.room_id, r.anchor_id, y.since_ms, coalesce(y.until_ms, r.last_captured_ms), y.until_ms,
  y.first_score, y.last_score, s.base_key, s.step
FROM (SELECT room_key FROM visits WHERE user_key = ? UNION SELECT room_key FROM arrivals WHERE user_key = ?) v
JOIN stays y ON y.room_key = v.room_key AND y.user_key = ? JOIN rooms r ON r.room_key = v.room_key
LEFT JOIN snapshots s ON s.snapshot_key = r.last_snapshot
ORDER BY 5 DESC, 4 DESC, y.room_key LIMIT ?;

-- name: score_in
-- What a user, of whom it is known to be there, has in a list: the row that was written last.
SELECT e.score FROM snapshots s JOIN entries e ON e.snapshot_key = s.snapshot_key
WHERE s.base_key = ? AND s.step <= ? AND s.snapshot_key BETWEEN ? AND ? AND e.snapshot_key BETWEEN ? AND ?
  AND e.profile_key IN (SELECT profile_key FROM profiles WHERE user_key = ?)
ORDER BY s.step DESC, e.position LIMIT 1;

-- name: top_givers
-- Who gave most on a day.
SELECT g.source, u.user_id, p.nickname, d.coins
FROM (SELECT * FROM giver_days WHERE day = ? ORDER BY coins DESC LIMIT ?) d
JOIN users u ON u.user_key = d.user_key JOIN sources g ON g.source_key = u.source_key
LEFT JOIN profiles p ON p.profile_key = u.profile_key ORDER BY d.coins DESC, u.user_key;

-- name: active_rooms
-- Where most was given on a day.
SELECT g.source, r.kind, r.room_id, r.anchor_id, d.polls, d.failures, d.lists, d.coins
FROM (SELECT * FROM room_days WHERE day = ? ORDER BY coins DESC LIMIT ?) d
JOIN rooms r ON r.room_key = d.room_key JOIN sources g ON g.source_key = r.source_key
ORDER BY d.coins DESC, d.polls DESC, r.room_key;

-- name: recurring
-- The next rooms of a gateway that are polled again and again and have not ended.
SELECT r.room_key, r.room_id, r.kind, r.anchor_id, r.every, r.every_max, r.priority, r.last_polled_ms FROM rooms r
WHERE r.source_key = ? AND r.every IS NOT NULL AND r.ended_ms IS NULL AND r.room_key > ? ORDER BY r.room_key LIMIT 1000;

-- name: count_arrivals
-- How many users' arrivals are not sorted in.
SELECT count(*) FROM arrivals;

-- name: sums
-- What was counted as it was written.
SELECT coalesce(sum(polls), 0), coalesce(sum(failures), 0), coalesce(sum(lists), 0), coalesce(sum(entries), 0), min(day),
  max(day) FROM room_days;

-- name: rooms_and_users
-- How many there are.
SELECT (SELECT count(*) FROM rooms WHERE last_outcome <> ''), (SELECT count(*) FROM users);
