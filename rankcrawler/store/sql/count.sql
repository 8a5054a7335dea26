-- What counting asks of a database. `:name` takes a value; {name} stands for the text of that name.

-- name: place_columns
-- Where a list is, and when it was captured.
s.snapshot_key, s.base_key, s.step, s.entry_count, s.chain_rows, s.captured_ms

-- name: counted
-- Lists that count; those from before version 6 do unless a flag kept them out.
coalesce(s.standing, 0) = 0

-- name: list_places
-- The rows of a chain of delta lists up to a step, oldest step first, each with its list: whose they are, the scores.
SELECT s.step, s.entry_count, s.chain_rows, e.position, p.user_key, e.score
FROM _snapshots s JOIN _entries e ON e.snapshot_key = s.snapshot_key JOIN _profiles p ON p.profile_key = e.profile_key
WHERE {in_chain}
ORDER BY s.step;

-- name: list_places_of_many
-- The same of many chains at once, each under a number.
-- rows: number int, base_key big, step int, last_key big
WITH w ({columns}) AS ({rows})
SELECT s.step, s.entry_count, s.chain_rows, e.position, p.user_key, e.score, w.number
FROM w CROSS JOIN _snapshots s CROSS JOIN _entries e CROSS JOIN _profiles p
WHERE s.base_key = w.base_key AND s.step <= w.step AND s.snapshot_key BETWEEN w.base_key AND w.last_key
  AND e.snapshot_key = s.snapshot_key AND e.snapshot_key BETWEEN w.base_key AND w.last_key
  AND p.profile_key = e.profile_key;

-- name: former_marks
-- The marks of contributors who left a room's lists before a moment, since its scores began; null for others.
-- rows: room_key int, user_key int, at_ms big, began_ms big
WITH w ({columns}) AS ({rows})
SELECT w.room_key, w.user_key, (
  SELECT max(y.last_score) FROM _stays y
  WHERE y.room_key = w.room_key AND y.user_key = w.user_key AND y.until_ms < w.at_ms AND y.until_ms >= w.began_ms
) FROM w;

-- name: last_counted
-- A room's last list in a time that counts.
SELECT {place_columns} FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms <= :until_ms AND p.is_answered = 1 AND {counted}
ORDER BY p.at_ms DESC LIMIT 1;

-- name: first_counted
-- A room's first list in a time that counts.
SELECT {place_columns} FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms <= :until_ms AND p.is_answered = 1 AND {counted}
ORDER BY p.at_ms LIMIT 1;

-- name: lists_standing
-- A room's lists after a moment with a standing, the latest first.
SELECT {place_columns} FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
WHERE p.room_key = :room_key AND p.at_ms > :since_ms AND p.is_answered = 1 AND s.standing = :standing
ORDER BY p.at_ms DESC LIMIT 1000;

-- name: counted_polls
-- When the last polls of a room until a moment were whose lists count.
SELECT p.at_ms FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms <= :until_ms AND p.is_answered = 1 AND {counted}
ORDER BY p.at_ms DESC LIMIT :limit;

-- name: empty_polls
-- How many polls of a room after a moment brought an empty list.
SELECT count(*) FROM _polls WHERE room_key = :room_key AND at_ms > :since_ms AND outcome = 'empty';

-- name: counted_span
-- How many polls of a room until a moment have a list that counts, the first of them, and the last.
SELECT count(*), min(p.at_ms), max(p.at_ms) FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms <= :until_ms AND p.is_answered = 1 AND {counted};

-- name: was_served
-- Whether a room had this very list in a time.
SELECT 1 FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms < :until_ms AND p.is_answered = 1
  AND s.digest = :digest LIMIT 1;

-- name: first_of_room
-- A room's first list that counts, and when the room was first polled.
SELECT p.at_ms, r.first_polled_ms, {place_columns}
FROM _rooms r JOIN _polls p ON p.room_key = r.room_key JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE r.room_key = :room_key AND p.is_answered = 1 AND {counted} ORDER BY p.at_ms LIMIT 1;

-- name: opening
-- The list of a room whose scores were given since its session began, and when that was.
SELECT x.at_ms, (SELECT min(v.begun_ms) FROM _sessions v WHERE v.room_id = r.room_id AND v.source_key = r.source_key)
FROM _resets x JOIN _rooms r ON r.room_key = x.room_key WHERE x.room_key = :room_key AND x.from_zero = 2;

-- name: resets
-- When a room's scores began, or began again, up to a moment.
SELECT at_ms, from_zero FROM _resets WHERE room_key = :room_key AND at_ms <= :until_ms ORDER BY at_ms;
