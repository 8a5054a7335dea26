-- What a store is asked about gateways, by name, and how two names are joined. `:gone` and `:kept` are keys of sources:
-- what belongs to the one goes to the other. {name} stands for the text of that name.

-- name: sources
-- Every gateway, with what it served.
SELECT g.source, count(*), (SELECT count(*) FROM _users u WHERE u.source_key = g.source_key),
  min(r.first_polled_ms), max(r.last_polled_ms)
FROM _sources g JOIN _rooms r ON r.source_key = g.source_key GROUP BY g.source_key, g.source ORDER BY 5 DESC, 1;

-- name: sums_of_source
-- What was counted while writing the polls of a gateway, with the first and the last day (UTC).
SELECT coalesce(sum(d.polls), 0), coalesce(sum(d.failures), 0), coalesce(sum(d.lists), 0), coalesce(sum(d.entries), 0),
  min(d.day), max(d.day)
FROM (
  SELECT hour / 24 AS day, room_key, polls, failures, lists, entries FROM _room_hours
  UNION ALL SELECT day, room_key, polls, failures, lists, entries FROM _room_days
) d JOIN _rooms r ON r.room_key = d.room_key JOIN _sources g ON g.source_key = r.source_key
WHERE g.source = :source;

-- name: rooms_and_users_of_source
-- How many rooms and contributors a gateway has.
SELECT (SELECT count(*) FROM _rooms r WHERE r.source_key = g.source_key AND r.last_outcome <> ''),
  (SELECT count(*) FROM _users u WHERE u.source_key = g.source_key)
FROM _sources g WHERE g.source = :source;

-- name: sources_of_user
-- The gateways whose lists had a contributor of that id.
SELECT g.source FROM _users u JOIN _sources g ON g.source_key = u.source_key WHERE u.user_id = :user_id
ORDER BY u.profile_ms DESC, u.user_key;

-- name: lists_of_source
-- The lists of a gateway before a key.
SELECT s.snapshot_key FROM _snapshots s JOIN _rooms r ON r.room_key = s.room_key
WHERE r.source_key = :source_key AND s.snapshot_key < :end_key

-- name: polls_of_source
-- The polls of a gateway before a moment.
at_ms < :end_ms AND room_key IN (SELECT r.room_key FROM _rooms r WHERE r.source_key = :source_key)

-- name: count_of_source
-- How many polls, lists and rows of a gateway would be purged.
SELECT (SELECT count(*) FROM _polls WHERE {polls_of_source}), (SELECT count(*) FROM ({lists_of_source}) l),
  (SELECT count(*) FROM _entries WHERE snapshot_key IN ({lists_of_source}));

-- name: end_stays_of_source
-- As end_stays_of_purged.
UPDATE _stays SET until_ms = (SELECT r.counted_ms FROM _rooms r WHERE r.room_key = _stays.room_key)
WHERE until_ms IS NULL AND room_key IN (
  SELECT r.room_key FROM _rooms r WHERE r.source_key = :source_key AND r.counted_snapshot < :end_key
);

-- name: delete_entries_of_source
DELETE FROM _entries WHERE snapshot_key IN ({lists_of_source});

-- name: delete_quarantine_of_source
DELETE FROM _quarantine WHERE snapshot_key IN ({lists_of_source});

-- name: delete_polls_of_source
DELETE FROM _polls WHERE {polls_of_source};

-- name: delete_snapshots_of_source
DELETE FROM _snapshots WHERE snapshot_key IN ({lists_of_source});

-- name: source_keys
-- The keys of gateways.
SELECT source, source_key FROM _sources WHERE source = :one OR source = :other;

-- name: merged_rooms
-- Rooms that both have.
SELECT g.room_key AS gone, k.room_key AS kept FROM _rooms g JOIN _rooms k ON k.room_id = g.room_id AND k.kind = g.kind
WHERE g.source_key = :gone AND k.source_key = :kept

-- name: merged_users
-- Contributors that both have.
SELECT g.user_key AS gone, k.user_key AS kept FROM _users g JOIN _users k ON k.user_id = g.user_id
WHERE g.source_key = :gone AND k.source_key = :kept

-- name: count_merged_rooms
-- How many rooms both have.
SELECT count(*) FROM ({merged_rooms}) m;

-- name: merged_polls
-- Polls that both have: one list, or one failure, of one moment.
SELECT g.room_key, g.at_ms, g.is_answered FROM ({merged_rooms}) m JOIN _polls g ON g.room_key = m.gone
JOIN _polls k ON k.room_key = m.kept AND k.at_ms = g.at_ms AND k.is_answered = g.is_answered
LEFT JOIN _snapshots s ON s.snapshot_key = g.snapshot_key LEFT JOIN _snapshots o ON o.snapshot_key = k.snapshot_key
WHERE g.is_answered = 0 OR s.digest = o.digest

-- name: count_merged_polls
-- How many polls both have.
SELECT count(*) FROM ({merged_polls}) m;

-- name: days_of_merged_rooms
-- The days of rooms that both have.
SELECT DISTINCT d.day FROM (
  SELECT day, room_key FROM _room_days UNION SELECT hour / 24, room_key FROM _room_hours
) d WHERE d.room_key IN (
  SELECT m.gone FROM ({merged_rooms}) m UNION SELECT m.kept FROM ({merged_rooms}) m
) ORDER BY d.day;

-- name: rooms_of_day
-- A gateway's rooms of a day, how many lists of that day were written for each, and when each was first polled.
SELECT r.room_key, r.kind, r.room_id, CAST(sum(d.lists) AS BIGINT), r.first_polled_ms FROM (
  SELECT room_key, lists FROM _room_days WHERE day = :day
  UNION ALL SELECT room_key, lists FROM _room_hours WHERE hour >= :first AND hour < :end
) d JOIN _rooms r ON r.room_key = d.room_key
WHERE r.source_key = :source_key GROUP BY r.room_key, r.kind, r.room_id, r.first_polled_ms ORDER BY r.room_key;

-- name: has_list_of_day
-- Whether a list of a room is stored in a time.
SELECT 1 FROM _polls WHERE room_key = :room_key AND at_ms >= :since_ms AND at_ms < :until_ms AND is_answered = 1 LIMIT 1;

-- name: clear_coins_of_hours
-- What was given in a gateway's rooms, before it is counted again.
UPDATE _room_hours SET coins = 0 WHERE hour >= :first AND hour < :end
  AND room_key IN (SELECT r.room_key FROM _rooms r WHERE r.source_key = :source_key);

-- name: clear_coins_of_day
UPDATE _room_days SET coins = 0 WHERE day = :day
  AND room_key IN (SELECT r.room_key FROM _rooms r WHERE r.source_key = :source_key);

-- name: clear_contributor_hours
-- What a gateway's contributors gave, before it is counted again.
DELETE FROM _contributor_hours WHERE hour >= :first AND hour < :end
  AND user_key IN (SELECT u.user_key FROM _users u WHERE u.source_key = :source_key);

-- name: clear_contributor_days
DELETE FROM _contributor_days WHERE day = :day
  AND user_key IN (SELECT u.user_key FROM _users u WHERE u.source_key = :source_key);

-- name: earlier_lists
-- Of the rooms that both have, the last list that counts of the one where it was seen earlier, if it is kept.
SELECT r.room_key, coalesce(r.counted_ms, -1), s.carried, s.snapshot_key, s.base_key, s.step, s.entry_count, s.chain_rows
FROM ({merged_rooms}) m JOIN _rooms g ON g.room_key = m.gone JOIN _rooms k ON k.room_key = m.kept
JOIN _rooms r ON r.room_key = CASE
  WHEN coalesce(g.counted_ms, -1) < coalesce(k.counted_ms, -1) THEN m.gone ELSE m.kept END
LEFT JOIN _snapshots s ON s.snapshot_key = r.counted_snapshot
WHERE EXISTS (SELECT 1 FROM _stays y WHERE y.room_key = r.room_key AND y.until_ms IS NULL);

-- name: end_stays_of_room
-- Ends the stays that are open in a room.
UPDATE _stays SET until_ms = :until_ms WHERE room_key = :room_key AND until_ms IS NULL;

-- name: merge_profiles
-- Each merge_ query gives to the one what the other has; each drop_ query removes what is left of the other.
UPDATE _profiles SET user_key = m.kept FROM ({merged_users}) m WHERE _profiles.user_key = m.gone;

-- name: merge_stays_of_users
UPDATE _stays SET user_key = m.kept FROM ({merged_users}) m WHERE _stays.user_key = m.gone;

-- name: merge_arrivals_of_users
UPDATE _arrivals SET user_key = m.kept FROM ({merged_users}) m WHERE _arrivals.user_key = m.gone;

-- name: merge_visits_of_users
INSERT INTO _visits (user_key, room_key)
SELECT m.kept, v.room_key FROM _visits v JOIN ({merged_users}) m ON m.gone = v.user_key WHERE true ON CONFLICT DO NOTHING;

-- name: drop_visits_of_users
DELETE FROM _visits WHERE user_key IN (SELECT m.gone FROM ({merged_users}) m);

-- name: merge_contributor_days
-- Of days that both have the larger sum, because the two may have counted the same gifts. Recounting follows.
INSERT INTO _contributor_days AS d (day, kind, user_key, coins)
SELECT c.day, c.kind, m.kept, c.coins FROM _contributor_days c JOIN ({merged_users}) m ON m.gone = c.user_key WHERE true
ON CONFLICT (day, kind, user_key) DO UPDATE SET coins = CASE
  WHEN d.coins > excluded.coins THEN d.coins ELSE excluded.coins END;

-- name: drop_contributor_days
DELETE FROM _contributor_days WHERE user_key IN (SELECT m.gone FROM ({merged_users}) m);

-- name: merge_contributor_hours
-- As merge_contributor_days; at most both together.
INSERT INTO _contributor_hours AS d (hour, kind, user_key, coins, unseen)
SELECT c.hour, c.kind, m.kept, c.coins, c.unseen
FROM _contributor_hours c JOIN ({merged_users}) m ON m.gone = c.user_key WHERE true
ON CONFLICT (hour, kind, user_key) DO UPDATE SET
  coins = CASE WHEN d.coins > excluded.coins THEN d.coins ELSE excluded.coins END,
  unseen = d.unseen + excluded.unseen + CASE WHEN d.coins > excluded.coins THEN excluded.coins ELSE d.coins END;

-- name: drop_contributor_hours
DELETE FROM _contributor_hours WHERE user_key IN (SELECT m.gone FROM ({merged_users}) m);

-- name: merge_former_names
INSERT INTO _former_names (user_key, until_ms, profile_key)
SELECT m.kept, c.until_ms, c.profile_key FROM _former_names c JOIN ({merged_users}) m ON m.gone = c.user_key WHERE true
ON CONFLICT DO NOTHING;

-- name: drop_former_names
DELETE FROM _former_names WHERE user_key IN (SELECT m.gone FROM ({merged_users}) m);

-- name: merge_users
UPDATE _users SET first_seen_ms = {least}(_users.first_seen_ms, g.first_seen_ms),
  profile_key = CASE WHEN g.profile_ms > _users.profile_ms THEN g.profile_key ELSE _users.profile_key END,
  profile_ms = CASE WHEN g.profile_ms > _users.profile_ms THEN g.profile_ms ELSE _users.profile_ms END
FROM ({merged_users}) m JOIN _users g ON g.user_key = m.gone WHERE _users.user_key = m.kept;

-- name: drop_users
DELETE FROM _users WHERE user_key IN (SELECT m.gone FROM ({merged_users}) m);

-- name: move_users
UPDATE _users SET source_key = :kept WHERE source_key = :gone;

-- name: uncount_polls
-- Polls that both have are counted once: in the sums of their hour, unless they may be in those of their day, from before
-- version 6. 8796093022207 is days._LAST_MS.
UPDATE _room_hours SET polls = _room_hours.polls - d.polls, failures = _room_hours.failures - d.failures FROM (
  SELECT {least}(m.at_ms, 8796093022207) / 3600000 AS hour, m.room_key, count(*) AS polls,
    sum(CASE WHEN m.is_answered = 0 THEN 1 ELSE 0 END) AS failures
  FROM ({merged_polls}) m GROUP BY 1, 2
) d WHERE _room_hours.hour = d.hour AND _room_hours.room_key = d.room_key
  AND NOT EXISTS (SELECT 1 FROM _room_days o WHERE o.day = d.hour / 24 AND o.room_key = d.room_key);

-- name: uncount_polls_of_days
UPDATE _room_days SET polls = _room_days.polls - d.polls, failures = _room_days.failures - d.failures FROM (
  SELECT {least}(m.at_ms, 8796093022207) / 86400000 AS day, m.room_key, count(*) AS polls,
    sum(CASE WHEN m.is_answered = 0 THEN 1 ELSE 0 END) AS failures
  FROM ({merged_polls}) m GROUP BY 1, 2
) d WHERE _room_days.day = d.day AND _room_days.room_key = d.room_key;

-- name: drop_polls
-- Polls that both have.
DELETE FROM _polls WHERE EXISTS (
  SELECT 1 FROM ({merged_polls}) m
  WHERE m.room_key = _polls.room_key AND m.at_ms = _polls.at_ms AND m.is_answered = _polls.is_answered
);

-- name: clashing_polls
-- Polls with a list whose place another list has in the room that stays.
SELECT m.gone, m.kept, g.at_ms FROM ({merged_rooms}) m JOIN _polls g ON g.room_key = m.gone AND g.is_answered = 1
JOIN _polls k ON k.room_key = m.kept AND k.at_ms = g.at_ms AND k.is_answered = 1 ORDER BY g.room_key, g.at_ms;

-- name: list_in_place
-- Whether one of two rooms has a list at a place.
SELECT 1 FROM _polls WHERE room_key IN (:gone, :kept) AND at_ms = :at_ms AND is_answered = 1 LIMIT 1;

-- name: move_list
-- Moves a list to another place of its room. Its poll follows.
UPDATE _snapshots SET captured_ms = :free_ms WHERE captured_ms = :at_ms AND snapshot_key = (
  SELECT p.snapshot_key FROM _polls p WHERE p.room_key = :gone AND p.at_ms = :at_ms AND p.is_answered = 1
);

-- name: move_poll
UPDATE _polls SET at_ms = :free_ms, clock_ms = coalesce(clock_ms, at_ms), flags = :flags
WHERE room_key = :gone AND at_ms = :at_ms AND is_answered = 1;

-- name: move_last_list
UPDATE _rooms SET last_captured_ms = CASE WHEN last_captured_ms = :at_ms THEN :free_ms ELSE last_captured_ms END,
  counted_ms = CASE WHEN counted_ms = :at_ms THEN :free_ms ELSE counted_ms END,
  newest_ms = CASE WHEN newest_ms = :at_ms THEN :free_ms ELSE newest_ms END
WHERE room_key = :gone;

-- name: move_reset
UPDATE _resets SET at_ms = :free_ms WHERE room_key = :gone AND at_ms = :at_ms;

-- name: merge_polls
UPDATE _polls SET room_key = m.kept FROM ({merged_rooms}) m WHERE _polls.room_key = m.gone;

-- name: merge_snapshots
UPDATE _snapshots SET room_key = m.kept FROM ({merged_rooms}) m WHERE _snapshots.room_key = m.gone;

-- name: drop_stays
-- Stays that began in both at once.
DELETE FROM _stays WHERE EXISTS (
  SELECT 1 FROM ({merged_rooms}) m JOIN _stays k ON k.room_key = m.kept
  WHERE m.gone = _stays.room_key AND k.user_key = _stays.user_key AND k.since_ms = _stays.since_ms
);

-- name: merge_stays_of_rooms
UPDATE _stays SET room_key = m.kept FROM ({merged_rooms}) m WHERE _stays.room_key = m.gone;

-- name: merge_arrivals_of_rooms
UPDATE _arrivals SET room_key = m.kept FROM ({merged_rooms}) m WHERE _arrivals.room_key = m.gone;

-- name: merge_visits_of_rooms
INSERT INTO _visits (user_key, room_key)
SELECT v.user_key, m.kept FROM _visits v JOIN ({merged_rooms}) m ON m.gone = v.room_key WHERE true ON CONFLICT DO NOTHING;

-- name: drop_visits_of_rooms
DELETE FROM _visits WHERE room_key IN (SELECT m.gone FROM ({merged_rooms}) m);

-- name: merge_room_days
-- As merge_contributor_days.
INSERT INTO _room_days AS d (day, room_key, polls, failures, lists, entries, coins)
SELECT c.day, m.kept, c.polls, c.failures, c.lists, c.entries, c.coins
FROM _room_days c JOIN ({merged_rooms}) m ON m.gone = c.room_key WHERE true
ON CONFLICT (day, room_key) DO UPDATE SET polls = d.polls + excluded.polls, failures = d.failures + excluded.failures,
  lists = d.lists + excluded.lists, entries = d.entries + excluded.entries, coins = CASE
  WHEN d.coins > excluded.coins THEN d.coins ELSE excluded.coins END;

-- name: drop_room_days
DELETE FROM _room_days WHERE room_key IN (SELECT m.gone FROM ({merged_rooms}) m);

-- name: merge_room_hours
-- As merge_contributor_days.
INSERT INTO _room_hours AS d (hour, room_key, polls, failures, lists, entries, coins)
SELECT c.hour, m.kept, c.polls, c.failures, c.lists, c.entries, c.coins
FROM _room_hours c JOIN ({merged_rooms}) m ON m.gone = c.room_key WHERE true
ON CONFLICT (hour, room_key) DO UPDATE SET polls = d.polls + excluded.polls, failures = d.failures + excluded.failures,
  lists = d.lists + excluded.lists, entries = d.entries + excluded.entries, coins = CASE
  WHEN d.coins > excluded.coins THEN d.coins ELSE excluded.coins END;

-- name: drop_room_hours
DELETE FROM _room_hours WHERE room_key IN (SELECT m.gone FROM ({merged_rooms}) m);

-- name: merge_resets
INSERT INTO _resets (room_key, at_ms, from_zero)
SELECT m.kept, c.at_ms, c.from_zero FROM _resets c JOIN ({merged_rooms}) m ON m.gone = c.room_key WHERE true
ON CONFLICT DO NOTHING;

-- name: drop_resets
DELETE FROM _resets WHERE room_key IN (SELECT m.gone FROM ({merged_rooms}) m);

-- name: merge_rooms_as_polled
-- Rooms that were polled last under the name that goes: their schedule, last poll and fence.
UPDATE _rooms SET every = g.every, every_max = g.every_max, priority = g.priority, last_polled_ms = g.last_polled_ms,
  last_outcome = g.last_outcome, ended_ms = g.ended_ms, fence = g.fence, anchor_id = coalesce(g.anchor_id, _rooms.anchor_id)
FROM ({merged_rooms}) m JOIN _rooms g ON g.room_key = m.gone
WHERE _rooms.room_key = m.kept AND g.last_polled_ms > _rooms.last_polled_ms;

-- name: merge_rooms_as_newest
-- Before merge_rooms_as_listed.
UPDATE _rooms SET newest_ms = CASE
  WHEN coalesce(g.newest_ms, g.last_captured_ms) > coalesce(_rooms.newest_ms, _rooms.last_captured_ms)
  THEN coalesce(g.newest_ms, g.last_captured_ms) ELSE coalesce(_rooms.newest_ms, _rooms.last_captured_ms) END
FROM ({merged_rooms}) m JOIN _rooms g ON g.room_key = m.gone WHERE _rooms.room_key = m.kept;

-- name: merge_rooms_as_listed
-- Rooms whose last list came under the name that goes.
UPDATE _rooms SET last_captured_ms = g.last_captured_ms, last_snapshot = g.last_snapshot,
  last_fingerprint = g.last_fingerprint
FROM ({merged_rooms}) m JOIN _rooms g ON g.room_key = m.gone
WHERE _rooms.room_key = m.kept AND g.last_captured_ms > _rooms.last_captured_ms;

-- name: merge_rooms_as_counted
-- Rooms whose last list that counts came under the name that goes.
UPDATE _rooms SET counted_ms = g.counted_ms, counted_snapshot = g.counted_snapshot
FROM ({merged_rooms}) m JOIN _rooms g ON g.room_key = m.gone
WHERE _rooms.room_key = m.kept AND coalesce(g.counted_ms, -1) > coalesce(_rooms.counted_ms, -1);

-- name: merge_rooms_as_begun_again
-- Rooms whose scores began again, last under the name that goes.
UPDATE _rooms SET began_ms = g.began_ms
FROM ({merged_rooms}) m JOIN _rooms g ON g.room_key = m.gone
WHERE _rooms.room_key = m.kept AND g.began_ms > coalesce(_rooms.began_ms, -1);

-- name: merge_rooms_as_begun
UPDATE _rooms SET first_polled_ms = {least}(_rooms.first_polled_ms, g.first_polled_ms)
FROM ({merged_rooms}) m JOIN _rooms g ON g.room_key = m.gone WHERE _rooms.room_key = m.kept;

-- name: drop_rooms
DELETE FROM _rooms WHERE room_key IN (SELECT m.gone FROM ({merged_rooms}) m);

-- name: move_rooms
UPDATE _rooms SET source_key = :kept WHERE source_key = :gone;

-- name: drop_sessions
-- Sessions that both have: what the name that stays knows of them counts.
DELETE FROM _sessions WHERE source_key = :gone AND EXISTS (
  SELECT 1 FROM _sessions k WHERE k.source_key = :kept AND k.anchor = _sessions.anchor AND k.room_id = _sessions.room_id
);

-- name: move_sessions
UPDATE _sessions SET source_key = :kept WHERE source_key = :gone;

-- name: drop_source
DELETE FROM _sources WHERE source_key = :gone;

-- name: name_source
UPDATE _sources SET source = :source WHERE source_key = :kept;
