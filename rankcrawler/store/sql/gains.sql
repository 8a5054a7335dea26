-- What gains ask of a database. `:name` takes a value; {name} stands for the text of that name in read.sql.

-- name: gains_first_list
-- A room's first list in a time.
SELECT {list_columns}
FROM (
  SELECT * FROM _polls WHERE room_key = :room_key AND at_ms >= :since_ms AND at_ms <= :until_ms AND is_answered = 1
  ORDER BY at_ms LIMIT 1
) p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key {list_texts};

-- name: gains_list
-- The rows of a chain of delta lists up to a step, oldest step first: whose they are, and the scores.
SELECT e.position, p.user_key, e.score
FROM _snapshots s JOIN _entries e ON e.snapshot_key = s.snapshot_key JOIN _profiles p ON p.profile_key = e.profile_key
WHERE {in_chain}
ORDER BY s.step;

-- name: gains_rows
-- The rows written for a room's lists in a time: whose they are, and the scores; a list without rows has one of nulls.
SELECT s.captured_ms, s.base_key, s.step, s.entry_count, e.position, l.user_key, e.score
FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
LEFT JOIN _entries e ON e.snapshot_key = s.snapshot_key LEFT JOIN _profiles l ON l.profile_key = e.profile_key
WHERE p.room_key = :room_key AND p.at_ms > :since_ms AND p.at_ms <= :until_ms AND p.is_answered = 1
ORDER BY s.captured_ms;

-- name: gains_poll_times
-- When a room was polled in a time, and which polls brought a list.
SELECT at_ms, is_answered FROM _polls WHERE room_key = :room_key AND at_ms >= :since_ms AND at_ms <= :until_ms
ORDER BY at_ms;

-- name: gains_contributor
-- A contributor's id and latest nickname.
SELECT u.user_id, p.nickname FROM _users u LEFT JOIN _profiles p ON p.profile_key = u.profile_key
WHERE u.user_key = :user_key;
