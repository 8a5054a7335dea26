-- What writing asks of a database. `:name` takes a value. A query with a line `rows:` runs for many rows at once:
-- {rows} stands for them, {columns} for the names in that line. CROSS JOIN has SQLite take each row to an index.

-- name: has_failed_poll
-- Whether this very poll, which failed, is stored.
SELECT 1 FROM _polls WHERE room_key = :room_key AND at_ms = :at_ms AND is_answered = 0;

-- name: has_list
-- Whether this very poll, which brought a list, is stored.
SELECT 1 FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms >= :at_ms AND p.is_answered = 1 AND p.polled_ms = :polled_ms
  AND coalesce(p.clock_ms, p.at_ms) = :clock_ms AND s.digest = :digest LIMIT 1;

-- name: clock_at
-- The clock of the list at a place in a room's order.
SELECT coalesce(clock_ms, at_ms) FROM _polls WHERE room_key = :room_key AND at_ms = :at_ms AND is_answered = 1;

-- name: has_snapshot
-- Whether a list's key is taken.
SELECT 1 FROM _snapshots WHERE snapshot_key = :snapshot_key;

-- name: list_rows
-- The rows of a chain of delta lists up to a step, oldest step first, each with its list.
SELECT s.step, s.entry_count, s.chain_rows, e.position, e.rank, e.score, e.exactly_score, e.score_precision, e.delta, e.has_no_delta, e.profile_key,
  e.grade_key, e.club_key, e.flags, p.user_key{other entry columns}
FROM _snapshots s JOIN _entries e ON e.snapshot_key = s.snapshot_key JOIN _profiles p ON p.profile_key = e.profile_key
WHERE {in_chain}
ORDER BY s.step;

-- name: find_rooms
-- Rooms' state, when their sessions began if that was seen and is not counted yet, and the places of their last list, and
-- of the last that counts, in their chains. PostgreSQL locks the rooms, in one order for all workers.
-- rows: room_id text, kind text, source_key int
WITH w ({columns}) AS ({rows})
SELECT r.room_id, r.kind, r.source_key, r.room_key, r.fence, r.last_captured_ms, r.last_polled_ms, r.last_fingerprint,
  r.anchor_id, r.last_outcome, r.ended_ms, r.every, r.every_max, r.priority, r.newest_ms, r.counted_ms, r.began_ms,
  CASE WHEN r.began_ms IS NULL THEN (
    SELECT min(v.begun_ms) FROM _sessions v
    WHERE v.room_id = r.room_id AND v.source_key = r.source_key AND v.begun_by <> 'found'
  ) END, s.standing, s.snapshot_key, s.base_key, s.step, s.entry_count, s.chain_rows, c.snapshot_key, c.base_key, c.step,
  c.entry_count, c.chain_rows, c.carried
FROM w CROSS JOIN _rooms r LEFT JOIN _snapshots s ON s.snapshot_key = r.last_snapshot
  LEFT JOIN _snapshots c ON c.snapshot_key = r.counted_snapshot
WHERE r.room_id = w.room_id AND r.kind = w.kind AND r.source_key = w.source_key
ORDER BY r.room_key{lock r};

-- name: add_rooms
-- Rooms that were never polled before; advance_rooms fills in the rest.
-- rows: room_id text, kind text, source_key int, first_polled_ms big
WITH w ({columns}) AS ({rows})
INSERT INTO _rooms (room_id, kind, source_key, first_polled_ms, priority, last_polled_ms, last_outcome, fence,
  last_captured_ms)
SELECT room_id, kind, source_key, first_polled_ms, 0, -1, '', 0, -1 FROM w WHERE true ON CONFLICT DO NOTHING;

-- name: advance_rooms
-- Rooms' state after their polls.
-- rows: fence big, last_captured_ms big, last_polled_ms big, last_snapshot big, last_fingerprint bytes, anchor_id text, every real, every_max real, priority int, last_outcome text, ended_ms big, newest_ms big, counted_ms big, counted_snapshot big, began_ms big, room_key int
WITH w ({columns}) AS ({rows})
UPDATE _rooms SET fence = w.fence, last_captured_ms = w.last_captured_ms, last_polled_ms = w.last_polled_ms,
  last_snapshot = w.last_snapshot, last_fingerprint = w.last_fingerprint, anchor_id = w.anchor_id, every = w.every,
  every_max = w.every_max, priority = w.priority, last_outcome = w.last_outcome, ended_ms = w.ended_ms,
  newest_ms = w.newest_ms, counted_ms = w.counted_ms, counted_snapshot = w.counted_snapshot, began_ms = w.began_ms
FROM w WHERE _rooms.room_key = w.room_key;

-- name: end_stays
-- Contributors who left: their last list and their mark, and the list without them.
-- rows: until_ms big, last_score big, room_key int, user_key int, left_ms big
WITH w ({columns}) AS ({rows})
UPDATE _stays SET until_ms = w.until_ms, last_score = w.last_score
FROM w WHERE _stays.room_key = w.room_key AND _stays.user_key = w.user_key AND _stays.until_ms IS NULL AND _stays.since_ms = (
  SELECT max(y.since_ms) FROM _stays y WHERE y.room_key = w.room_key AND y.user_key = w.user_key AND y.since_ms < w.left_ms
);

-- name: end_stays_of_damaged
-- Ends the stays in rooms whose last list that counts is damaged.
-- rows: until_ms big, room_key int
WITH w ({columns}) AS ({rows})
UPDATE _stays SET until_ms = w.until_ms FROM w WHERE _stays.room_key = w.room_key AND _stays.until_ms IS NULL;

-- name: end_stays_of_purged
-- Ends the stays in rooms whose last list that counts is about to be purged.
UPDATE _stays SET until_ms = (SELECT r.counted_ms FROM _rooms r WHERE r.room_key = _stays.room_key)
WHERE until_ms IS NULL AND room_key IN (SELECT r.room_key FROM _rooms r WHERE r.counted_snapshot < :end_key);

-- name: note_purge
-- Notes which days were removed.
INSERT INTO _purges (before_day) SELECT :before_day
WHERE NOT EXISTS (SELECT 1 FROM _purges p WHERE p.before_day >= :before_day);

-- name: add_former_names
-- Contributors whose latest profile has another nickname or handle than the one before it.
-- rows: user_key int, until_ms big, former_key int, profile_key int
WITH w ({columns}) AS ({rows})
INSERT INTO _former_names (user_key, until_ms, profile_key)
SELECT w.user_key, w.until_ms, o.profile_key
FROM w CROSS JOIN _users u CROSS JOIN _profiles o CROSS JOIN _profiles n
WHERE u.user_key = w.user_key AND u.profile_ms <= w.until_ms AND o.profile_key = coalesce(w.former_key, u.profile_key)
  AND n.profile_key = w.profile_key
  AND (n.nickname IS DISTINCT FROM o.nickname OR n.display_id IS DISTINCT FROM o.display_id)
ON CONFLICT DO NOTHING;

-- name: see_profiles
-- Contributors' latest profiles, unless a later list has shown others.
-- rows: profile_key int, profile_ms big, user_key int
WITH w ({columns}) AS ({rows})
UPDATE _users SET profile_key = w.profile_key, profile_ms = w.profile_ms
FROM w WHERE _users.user_key = w.user_key AND _users.profile_ms <= w.profile_ms;

-- name: see_earlier
-- Contributors of lists that came late.
-- rows: first_seen_ms big, user_key int
WITH w ({columns}) AS ({rows})
UPDATE _users SET first_seen_ms = w.first_seen_ms
FROM w WHERE _users.user_key = w.user_key AND _users.first_seen_ms > w.first_seen_ms;

-- name: count_room_hours
-- Adds to what happened in rooms in hours. Sums of coins end at tally.MOST.
-- rows: hour int, room_key int, polls big, failures big, lists big, entries big, coins big
INSERT INTO _room_hours AS d ({columns}) {rows} ON CONFLICT (hour, room_key) DO UPDATE SET
  polls = d.polls + excluded.polls, failures = d.failures + excluded.failures, lists = d.lists + excluded.lists,
  entries = d.entries + excluded.entries, coins = {least}(d.coins + excluded.coins, 144115188075855871);

-- name: count_contributor_hours
-- Adds to what contributors gave in hours. PostgreSQL's least() passes over nulls.
-- rows: hour int, kind text, user_key int, coins big, unseen big
INSERT INTO _contributor_hours AS d ({columns}) {rows} ON CONFLICT (hour, kind, user_key) DO UPDATE SET
  coins = {least}(d.coins + excluded.coins, 144115188075855871),
  unseen = CASE WHEN d.unseen + excluded.unseen < 144115188075855871 THEN d.unseen + excluded.unseen
    WHEN d.unseen + excluded.unseen IS NOT NULL THEN 144115188075855871 END;

-- name: count_arrivals
-- How many arrivals are not sorted in.
SELECT count(*) FROM _arrivals;

-- name: add_sessions
-- Sessions that have begun, or have been seen again; one that had ended in the same room goes on.
-- rows: source_key int, anchor text, room_id text, fence big, begun_ms big, begun_by text, title text, nickname text, flags text
INSERT INTO _sessions AS s ({columns}) {rows} ON CONFLICT (source_key, anchor, room_id) DO UPDATE SET
  fence = excluded.fence, ended_ms = NULL, ended_by = NULL, title = coalesce(excluded.title, s.title),
  nickname = coalesce(excluded.nickname, s.nickname), flags = coalesce(excluded.flags, s.flags),
  begun_by = CASE WHEN excluded.begun_ms < s.begun_ms THEN excluded.begun_by ELSE s.begun_by END,
  begun_ms = {least}(excluded.begun_ms, s.begun_ms)
WHERE s.fence <= excluded.fence;

-- name: end_other_sessions
-- Sessions of anchors that are live in another room now, or in none: then room_id is ''.
-- rows: source_key int, anchor text, room_id text, fence big, ended_ms big, ended_by text
WITH w ({columns}) AS ({rows})
UPDATE _sessions SET fence = w.fence, ended_by = w.ended_by,
  ended_ms = CASE WHEN w.ended_ms < _sessions.begun_ms THEN _sessions.begun_ms ELSE w.ended_ms END
FROM w WHERE _sessions.source_key = w.source_key AND _sessions.anchor = w.anchor AND _sessions.room_id <> w.room_id
  AND _sessions.ended_ms IS NULL AND _sessions.fence <= w.fence;

-- name: add_ended_sessions
-- Sessions that have ended; one that the store does not know is added.
-- rows: source_key int, anchor text, room_id text, fence big, begun_ms big, begun_by text, ended_ms big, ended_by text
INSERT INTO _sessions AS s ({columns}) {rows} ON CONFLICT (source_key, anchor, room_id) DO UPDATE SET
  fence = excluded.fence, ended_ms = excluded.ended_ms, ended_by = excluded.ended_by
WHERE s.fence <= excluded.fence;
