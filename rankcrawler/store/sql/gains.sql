-- What gains ask of a database. `:name` takes a value; {name} stands for the text of that name in read.sql or count.sql.

-- name: gains_last_list
-- A room's last list until a moment that counts, as last seen.
SELECT p.at_ms, {place_columns}, s.carried FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms <= :until_ms AND p.is_answered = 1 AND {counted}
ORDER BY p.at_ms DESC LIMIT 1;

-- name: gains_first_list
-- A room's first list in a time that counts.
SELECT p.at_ms, {place_columns}, s.carried FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms <= :until_ms AND p.is_answered = 1 AND {counted}
ORDER BY p.at_ms LIMIT 1;

-- name: gains_next_list
-- A room's first list after a moment that was written then and counts.
SELECT p.at_ms, {place_columns}, s.carried
FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
WHERE p.room_key = :room_key AND p.at_ms > :after_ms AND p.at_ms <= :until_ms AND p.is_answered = 1 AND {counted}
ORDER BY p.at_ms LIMIT 1;

-- name: gains_lists
-- A room's lists in a time.
SELECT p.at_ms, coalesce(p.clock_ms, p.at_ms), s.standing, s.snapshot_key, s.base_key, s.step, s.entry_count, s.chain_rows
FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
WHERE p.room_key = :room_key AND p.at_ms > :since_ms AND p.at_ms <= :until_ms AND p.is_answered = 1
ORDER BY p.at_ms;

-- name: gains_rows
-- The rows written for lists: in whose profile, and the scores.
-- rows: snapshot_key big
WITH w ({columns}) AS ({rows})
SELECT e.snapshot_key, e.position, e.profile_key, e.score FROM w CROSS JOIN _entries e WHERE e.snapshot_key = w.snapshot_key;

-- name: users_of_profiles
-- Whose profiles these are.
-- rows: profile_key int
WITH w ({columns}) AS ({rows})
SELECT p.profile_key, p.user_key FROM w CROSS JOIN _profiles p WHERE p.profile_key = w.profile_key;

-- name: gains_unread
-- The rows of a room's lists in a time that could not be read.
SELECT s.snapshot_key, q.position
FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
JOIN _quarantine q ON q.snapshot_key = s.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms <= :until_ms AND p.is_answered = 1;

-- name: gains_polls
-- When a room was polled in a time, which polls brought a list, and how it stands: 2 if it is lost.
SELECT p.at_ms, p.is_answered, coalesce(s.standing, CASE WHEN s.snapshot_key IS NULL THEN 2 ELSE 0 END)
FROM _polls p LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms <= :until_ms ORDER BY p.at_ms;

-- name: gains_contributors
-- Contributors by their keys, with their ids and latest nicknames.
-- rows: user_key int
WITH w ({columns}) AS ({rows})
SELECT u.user_key, u.user_id, p.nickname FROM w CROSS JOIN _users u LEFT JOIN _profiles p ON p.profile_key = u.profile_key
WHERE u.user_key = w.user_key;
