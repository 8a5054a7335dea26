-- What checking and repairing ask of a database. Each check is one statement, so that writers do not disturb it.

-- name: next_chains
-- The last of the next few chains after one.
SELECT max(n.base_key) FROM (
  SELECT DISTINCT s.base_key FROM _snapshots s WHERE s.base_key > :after ORDER BY s.base_key LIMIT 100
) n;

-- name: check_chains
-- The lists of some chains, and the positions of the rows of each. PostgreSQL finds lists by their chain, and rows by their
-- list, also with a plan for any values and without statistics: as a range of keys it may read all lists of the day.
SELECT s.base_key, s.room_key, s.captured_ms, s.step, s.entry_count, s.chain_rows,
  (SELECT {joined position} FROM _entries e WHERE e.snapshot_key = s.snapshot_key)
FROM (
  SELECT DISTINCT c.base_key FROM _snapshots c WHERE c.base_key > :after AND c.base_key <= :last AND c.snapshot_key > :after
  ORDER BY c.base_key LIMIT 100
) n JOIN _snapshots s ON s.base_key = n.base_key AND s.snapshot_key BETWEEN n.base_key AND :last_key
ORDER BY s.base_key, s.step, s.snapshot_key;

-- name: lists_of_chain
-- The lists of a chain.
SELECT s.snapshot_key, s.step, s.entry_count, s.chain_rows FROM _snapshots s
WHERE s.base_key = :base_key AND s.snapshot_key BETWEEN :base_key AND :last_key;

-- name: check_keys
-- Rows of lists that name a profile, level or membership that is not there.
SELECT s.room_key, s.captured_ms, count(*) FROM _entries e
JOIN _snapshots s ON s.snapshot_key = e.snapshot_key
LEFT JOIN _profiles p ON p.profile_key = e.profile_key LEFT JOIN _grades g ON g.grade_key = e.grade_key
LEFT JOIN _clubs c ON c.club_key = e.club_key
WHERE p.profile_key IS NULL OR g.grade_key IS NULL OR c.club_key IS NULL
GROUP BY s.room_key, s.captured_ms ORDER BY s.room_key, s.captured_ms;

-- name: check_polls
-- Polls whose list is not there.
SELECT p.room_key, coalesce(p.clock_ms, p.at_ms) FROM _polls p LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.is_answered = 1 AND p.outcome <> 'damaged' AND s.snapshot_key IS NULL ORDER BY p.room_key, p.at_ms;

-- name: check_lists
-- Lists whose poll is not there.
SELECT s.room_key, s.captured_ms FROM _snapshots s
LEFT JOIN _polls p ON p.room_key = s.room_key AND p.at_ms = s.captured_ms AND p.is_answered = 1
WHERE p.room_key IS NULL ORDER BY s.room_key, s.captured_ms;

-- name: check_rows
-- How many rows belong to lists that are not there.
SELECT (SELECT count(*) FROM _entries e LEFT JOIN _snapshots s ON s.snapshot_key = e.snapshot_key WHERE s.snapshot_key IS NULL)
  + (SELECT count(*) FROM _quarantine q LEFT JOIN _snapshots s ON s.snapshot_key = q.snapshot_key
    WHERE s.snapshot_key IS NULL);

-- name: counted_hours
-- What polls, lists and rows that are there add up to, by hour and room. 8796093022207 is days._LAST_MS.
WITH p AS (
  SELECT {least}(at_ms, 8796093022207) / 3600000 AS hour, room_key, count(*) AS polls,
    sum(CASE WHEN is_answered = 0 THEN 1 ELSE 0 END) AS failures
  FROM _polls GROUP BY 1, 2
), l AS (
  SELECT {least}(captured_ms, 8796093022207) / 3600000 AS hour, room_key, count(*) AS lists FROM _snapshots GROUP BY 1, 2
), e AS (
  SELECT {least}(s.captured_ms, 8796093022207) / 3600000 AS hour, s.room_key, count(*) AS entries
  FROM _snapshots s JOIN _entries r ON r.snapshot_key = s.snapshot_key GROUP BY 1, 2
)
SELECT p.hour, p.room_key, p.polls, p.failures, coalesce(l.lists, 0) AS lists, coalesce(e.entries, 0) AS entries
FROM p LEFT JOIN l ON l.hour = p.hour AND l.room_key = p.room_key
LEFT JOIN e ON e.hour = p.hour AND e.room_key = p.room_key

-- name: check_hours
-- Hours and rooms whose sums are not what is there. Those of days that were purged may be more than what came later.
SELECT c.hour, c.room_key, c.polls, c.failures, c.lists, c.entries
FROM ({counted_hours}) c LEFT JOIN _room_hours d ON d.hour = c.hour AND d.room_key = c.room_key
LEFT JOIN _room_days o ON o.day = c.hour / 24 AND o.room_key = c.room_key
WHERE o.day IS NULL AND (
  d.hour IS NULL OR d.polls < c.polls OR d.failures < c.failures OR d.lists < c.lists OR d.entries < c.entries
  OR c.hour / 24 >= coalesce((SELECT max(before_day) FROM _purges), 0)
    AND (d.polls > c.polls OR d.failures > c.failures OR d.lists > c.lists OR d.entries > c.entries)
)
ORDER BY c.hour, c.room_key;

-- name: check_days
-- As check_hours, for days and rooms with sums from before version 6: what was counted by day and by hour together.
SELECT c.day, c.room_key, c.polls, c.failures, c.lists, c.entries
FROM (
  SELECT hour / 24 AS day, room_key, CAST(sum(polls) AS BIGINT) AS polls, CAST(sum(failures) AS BIGINT) AS failures,
    CAST(sum(lists) AS BIGINT) AS lists, CAST(sum(entries) AS BIGINT) AS entries FROM ({counted_hours}) h GROUP BY 1, 2
) c JOIN _room_days o ON o.day = c.day AND o.room_key = c.room_key JOIN (
  SELECT day, room_key, sum(polls) AS polls, sum(failures) AS failures, sum(lists) AS lists, sum(entries) AS entries
  FROM (
    SELECT day, room_key, polls, failures, lists, entries FROM _room_days
    UNION ALL SELECT hour / 24, room_key, polls, failures, lists, entries FROM _room_hours
  ) s GROUP BY day, room_key
) d ON d.day = c.day AND d.room_key = c.room_key
WHERE d.polls < c.polls OR d.failures < c.failures OR d.lists < c.lists OR d.entries < c.entries
  OR c.day >= coalesce((SELECT max(before_day) FROM _purges), 0)
    AND (d.polls > c.polls OR d.failures > c.failures OR d.lists > c.lists OR d.entries > c.entries)
ORDER BY c.day, c.room_key;

-- name: days_with_sums
-- Gateways, and the days with sums of their rooms by hour; without days that were purged, or have sums from before version 6.
SELECT DISTINCT r.source_key, h.hour / 24 AS day FROM _room_hours h JOIN _rooms r ON r.room_key = h.room_key
WHERE NOT EXISTS (SELECT 1 FROM _room_days d WHERE d.day = h.hour / 24)
  AND h.hour / 24 >= coalesce((SELECT max(before_day) FROM _purges), 0) ORDER BY 1, 2;

-- name: is_in_doubt
-- Whether a room had a list in a time that is lost, or from before version 6.
SELECT 1 FROM _polls p LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms < :until_ms AND p.is_answered = 1 AND s.standing IS NULL
LIMIT 1;

-- name: coins_of_rooms
-- The sums of coins of a gateway's rooms in some hours.
SELECT h.hour, h.room_key, h.coins FROM _room_hours h JOIN _rooms r ON r.room_key = h.room_key
WHERE r.source_key = :source_key AND h.hour >= :first AND h.hour < :end AND h.coins <> 0;

-- name: coins_of_contributors
-- The sums of coins of a gateway's contributors in some hours.
SELECT h.kind, h.user_key, CAST(sum(h.coins) AS BIGINT)
FROM _contributor_hours h JOIN _users u ON u.user_key = h.user_key
WHERE u.source_key = :source_key AND h.hour >= :first AND h.hour < :end AND h.coins <> 0 GROUP BY h.kind, h.user_key;

-- name: source_named
-- The name of a gateway.
SELECT source FROM _sources WHERE source_key = :source_key;

-- name: hours_of_room
-- What polls, lists and rows of a room add up to in the hours of a day.
SELECT c.hour, c.room_key, c.polls, c.failures, c.lists, c.entries FROM ({counted_hours}) c
WHERE c.room_key = :room_key AND c.hour / 24 = :day;

-- name: room_named
-- The kind and the id of a room.
SELECT kind, room_id FROM _rooms WHERE room_key = :room_key;

-- name: count_room_hours_again
-- Sets the sums of a room and an hour, but for coins.
-- rows: hour int, room_key int, polls big, failures big, lists big, entries big, coins big
INSERT INTO _room_hours AS d ({columns}) {rows} ON CONFLICT (hour, room_key) DO UPDATE SET
  polls = excluded.polls, failures = excluded.failures, lists = excluded.lists, entries = excluded.entries;

-- name: empty_room_day
-- Leaves the coins alone of a room's sums of a day, when its hours have the rest.
UPDATE _room_days SET polls = 0, failures = 0, lists = 0, entries = 0 WHERE day = :day AND room_key = :room_key;

-- name: lost_lists
-- Keys of lists of a chain's room and day that polls name and that are not there.
SELECT DISTINCT p.snapshot_key FROM _polls p LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.is_answered = 1 AND p.snapshot_key BETWEEN :base_key AND :last_key
  AND s.snapshot_key IS NULL;

-- name: rows_of_list
-- The rows that were written for a list, as the table `entries` has them.
SELECT e.snapshot_key, e.position, e.rank, e.score, e.exactly_score, e.score_precision, e.delta, e.has_no_delta,
  e.profile_key, e.grade_key, e.club_key, e.flags{other entry columns}
FROM _entries e WHERE e.snapshot_key = :snapshot_key ORDER BY e.position;

-- name: rebase_lists
-- Moves lists to other places in chains.
-- rows: base_key big, step int, chain_rows int, snapshot_key big
WITH w ({columns}) AS ({rows})
UPDATE _snapshots SET base_key = w.base_key, step = w.step, chain_rows = w.chain_rows
FROM w WHERE _snapshots.snapshot_key = w.snapshot_key;

-- name: remove_rows
-- Removes the rows of lists.
-- rows: snapshot_key big
WITH w ({columns}) AS ({rows})
DELETE FROM _entries WHERE snapshot_key IN (SELECT snapshot_key FROM w);

-- name: remove_lists
-- Removes lists without their rows.
-- rows: snapshot_key big
WITH w ({columns}) AS ({rows})
DELETE FROM _snapshots WHERE snapshot_key IN (SELECT snapshot_key FROM w);

-- name: remove_rows_without_keys
-- Removes rows of lists that name a profile, level or membership that is not there.
DELETE FROM _entries WHERE NOT EXISTS (SELECT 1 FROM _profiles p WHERE p.profile_key = _entries.profile_key)
  OR NOT EXISTS (SELECT 1 FROM _grades g WHERE g.grade_key = _entries.grade_key)
  OR NOT EXISTS (SELECT 1 FROM _clubs c WHERE c.club_key = _entries.club_key);

-- name: mark_polls
-- Marks polls whose list is not there.
UPDATE _polls SET outcome = 'damaged', snapshot_key = NULL WHERE is_answered = 1 AND snapshot_key IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM _snapshots s WHERE s.snapshot_key = _polls.snapshot_key);

-- name: leave_rooms
-- Ends the stays in rooms whose last list that counts is not there.
UPDATE _stays SET until_ms = (SELECT r.counted_ms FROM _rooms r WHERE r.room_key = _stays.room_key)
WHERE until_ms IS NULL AND room_key IN (
  SELECT r.room_key FROM _rooms r LEFT JOIN _snapshots s ON s.snapshot_key = r.counted_snapshot
  WHERE s.snapshot_key IS NULL
);

-- name: forget_lists
-- Has rooms whose last list is not there write the next one, whatever it is.
UPDATE _rooms SET last_snapshot = NULL, last_fingerprint = NULL WHERE last_snapshot IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM _snapshots s WHERE s.snapshot_key = _rooms.last_snapshot);

-- name: forget_counted
-- Has rooms whose last list that counts is not there begin to count with the next one.
UPDATE _rooms SET counted_snapshot = NULL WHERE counted_snapshot IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM _snapshots s WHERE s.snapshot_key = _rooms.counted_snapshot);

-- name: restore_polls
-- Adds the polls of lists whose poll is not there.
INSERT INTO _polls (room_key, at_ms, is_answered, polled_ms, outcome, snapshot_key)
SELECT s.room_key, s.captured_ms, 1, s.polled_ms, CASE
    WHEN s.entry_count = 0 AND NOT EXISTS (SELECT 1 FROM _quarantine q WHERE q.snapshot_key = s.snapshot_key) THEN 'empty'
    WHEN (SELECT min(e.score_precision) FROM _entries e WHERE e.snapshot_key = s.snapshot_key) = 2 THEN 'withheld'
    ELSE 'stored' END, s.snapshot_key
FROM _snapshots s
WHERE NOT EXISTS (
  SELECT 1 FROM _polls p WHERE p.room_key = s.room_key AND p.at_ms = s.captured_ms AND p.is_answered = 1
);

-- name: remove_lost_rows
-- Removes the rows of lists that are not there.
DELETE FROM _entries WHERE NOT EXISTS (SELECT 1 FROM _snapshots s WHERE s.snapshot_key = _entries.snapshot_key);

-- name: remove_lost_quarantine
-- Removes the unread rows of lists that are not there.
DELETE FROM _quarantine WHERE NOT EXISTS (SELECT 1 FROM _snapshots s WHERE s.snapshot_key = _quarantine.snapshot_key);
