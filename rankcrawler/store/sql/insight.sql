-- What insight asks of a database; it reads the views, too. `:name` takes a value; {name} stands for the text of that
-- name. An empty source or room stands for all.

-- name: insight_list_at
-- The list that was a room's newest at a moment, as last seen until then; list_writer.ListWriter notes the present one.
SELECT {list_columns}
FROM (
  SELECT q.* FROM _polls q JOIN _snapshots n ON n.snapshot_key = q.snapshot_key
  WHERE q.room_key = :room_key AND q.at_ms <= :at_ms AND q.is_answered = 1
    AND (coalesce(n.standing, 0) IN (0, 4) OR (n.standing = 1 AND n.entry_count = 0))
  ORDER BY q.at_ms DESC LIMIT 1
) p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key {list_texts};

-- name: insight_polls
-- A room's polls in a time: which brought a list, how it stands (2 if it is lost), its rows and the audience.
SELECT p.at_ms, p.is_answered, coalesce(s.standing, CASE WHEN s.snapshot_key IS NULL THEN 2 ELSE 0 END), s.entry_count,
  p.total
FROM _polls p LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms < :until_ms ORDER BY p.at_ms, p.is_answered;

-- name: missed
-- How many polls were due between two of a room, as the view poll_log counts them.
CASE WHEN p.every IS NULL OR p.every_max IS NOT NULL OR p.before_ms IS NULL THEN NULL
  WHEN p.polled_ms - p.before_ms < p.every * 1500 THEN 0
  ELSE (2 * (p.polled_ms - p.before_ms) + CAST(p.every * 1000 AS BIGINT)) / nullif(CAST(p.every * 2000 AS BIGINT), 0) - 1
END

-- name: before_ms
-- When the poll before one of a room was made: only the first poll of a time looks for it.
coalesce(
  lag(q.polled_ms) OVER (PARTITION BY q.room_key ORDER BY q.at_ms, q.is_answered), (
    SELECT b.polled_ms FROM _polls b
    WHERE b.room_key = q.room_key AND (b.at_ms, b.is_answered) < (q.at_ms, q.is_answered)
    ORDER BY b.at_ms DESC, b.is_answered DESC LIMIT 1
  )
)

-- name: insight_missed
-- How many polls of a room were due in a time and are missing.
SELECT CAST(sum({missed}) AS BIGINT)
FROM (
  SELECT r.every, r.every_max, q.polled_ms, {before_ms} AS before_ms
  FROM _rooms r CROSS JOIN _polls q
  WHERE r.room_key = :room_key AND q.room_key = :room_key AND q.at_ms >= :since_ms AND q.at_ms < :until_ms
) p;

-- name: insight_coverage
-- The polls of each room in a time, as the view poll_log has them.
SELECT p.source, p.kind, p.room_id, count(*), CAST(sum(CASE WHEN p.outcome = 'failed' THEN 1 ELSE 0 END) AS BIGINT),
  CAST(sum(CASE WHEN p.outcome = 'withheld' THEN 1 ELSE 0 END) AS BIGINT),
  CAST(sum({missed}) AS BIGINT),
  CAST(max(p.polled_ms - p.before_ms) AS DOUBLE PRECISION) / 1000, min(p.polled_ms), max(p.polled_ms)
FROM (
  SELECT g.source, r.kind, r.room_id, r.every, r.every_max, q.outcome, q.polled_ms, {before_ms} AS before_ms
  FROM _rooms r CROSS JOIN _sources g CROSS JOIN _polls q
  WHERE g.source_key = r.source_key AND q.room_key = r.room_key AND r.kind = :kind AND (:room_id = '' OR r.room_id = :room_id) AND (:source = '' OR g.source = :source)
    AND q.at_ms >= :since_ms AND q.at_ms < :until_ms
) p
GROUP BY p.source, p.kind, p.room_id;

-- name: insight_failures
-- Why polls failed in a time, the most frequent reason first; only rooms are read in whose hours any did.
SELECT v.reason, v.action, v.status, v.code, v.status_code, count(*), count(DISTINCT r.room_id), min(p.polled_ms),
  max(p.polled_ms)
FROM (
  SELECT DISTINCT room_key FROM _room_hours
  WHERE hour >= :since_ms / 3600000 AND hour <= :until_ms / 3600000 AND failures > 0
) h CROSS JOIN _rooms r CROSS JOIN _sources g CROSS JOIN _polls p LEFT JOIN _verdicts v ON v.verdict_key = p.verdict_key
WHERE r.room_key = h.room_key AND g.source_key = r.source_key AND p.room_key = r.room_key AND p.is_answered = 0
  AND r.kind = :kind AND (:room_id = '' OR r.room_id = :room_id) AND (:source = '' OR g.source = :source)
  AND p.at_ms >= :since_ms AND p.at_ms < :until_ms
GROUP BY v.reason, v.action, v.status, v.code, v.status_code ORDER BY 6 DESC, 1, 2, 3, 4, 5;

-- name: insight_rooms
-- A room or every room, and how fresh it is.
SELECT r.source, r.kind, r.room_id, r.anchor_id, r.every, r.every_max, r.first_polled_ms, r.last_polled_ms, r.last_outcome,
  r.last_reason, r.captured_at, r.polled_ms, r.age_seconds, r.is_stale, r.row_count, r.total, r.ended_ms
FROM room_status r
WHERE r.kind = :kind AND (:room_id = '' OR r.room_id = :room_id) AND (:source = '' OR r.source = :source)
ORDER BY r.room_id, r.source;

-- name: insight_schedules
-- How often a room or every room is polled, when it was first and last, and when it ended.
SELECT g.source, r.kind, r.room_id, r.every, r.every_max, r.first_polled_ms, r.last_polled_ms, {over_ms}
FROM _rooms r JOIN _sources g ON g.source_key = r.source_key
WHERE r.last_outcome <> '' AND r.kind = :kind AND (:room_id = '' OR r.room_id = :room_id)
  AND (:source = '' OR g.source = :source);

-- name: insight_sums
-- What each contributor gave in some hours, by the lists of one kind.
{sums_by_contributor};

-- name: insight_room_hours
-- What happened in each room in some hours.
SELECT h.hour, g.source, r.room_id, h.polls, h.failures, h.coins
FROM _room_hours h JOIN _rooms r ON r.room_key = h.room_key JOIN _sources g ON g.source_key = r.source_key
WHERE h.hour >= :first AND h.hour < :end AND r.kind = :kind AND (:source = '' OR g.source = :source);

-- name: insight_rooms_with_coins
-- The rooms in which something was given in some hours.
SELECT r.room_key, g.source, r.kind, r.room_id
FROM (SELECT DISTINCT room_key FROM _room_hours WHERE hour >= :first AND hour < :end AND coins > 0) h
JOIN _rooms r ON r.room_key = h.room_key JOIN _sources g ON g.source_key = r.source_key
WHERE r.kind = :kind AND (:source = '' OR g.source = :source) ORDER BY r.room_key;

-- name: insight_failed
-- How many polls failed in some hours.
SELECT CAST(coalesce(sum(h.failures), 0) AS BIGINT)
FROM _room_hours h JOIN _rooms r ON r.room_key = h.room_key JOIN _sources g ON g.source_key = r.source_key
WHERE h.hour >= :first AND h.hour < :end AND h.failures > 0 AND r.kind = :kind AND (:source = '' OR g.source = :source);

-- name: insight_users
-- Contributors by their keys, with their latest names.
-- rows: user_key int
WITH w ({columns}) AS ({rows})
SELECT u.user_key, g.source, u.user_id, p.nickname, p.display_id, u.first_seen_ms
FROM w CROSS JOIN _users u JOIN _sources g ON g.source_key = u.source_key
LEFT JOIN _profiles p ON p.profile_key = u.profile_key WHERE u.user_key = w.user_key;

-- name: insight_presence
-- Who was in rooms' lists in a time: from when, until when, whether still, and the last score known of a stay that is over.
-- rows: room_key int, since_ms big, until_ms big
WITH w ({columns}) AS ({rows})
{presence}
FROM w CROSS JOIN _rooms r JOIN _stays y ON y.room_key = r.room_key
WHERE r.room_key = w.room_key AND {meanwhile} GROUP BY y.room_key, y.user_key;

-- name: insight_presence_of
-- The same of one contributor in each room.
-- rows: room_key int, user_key int, since_ms big, until_ms big
WITH w ({columns}) AS ({rows})
{presence}
FROM w CROSS JOIN _rooms r JOIN _stays y ON y.room_key = r.room_key AND y.user_key = w.user_key
WHERE r.room_key = w.room_key AND {meanwhile} GROUP BY y.room_key, y.user_key;

-- name: insight_in_rooms
-- Who was in rooms' lists in a time: once for each stay.
-- rows: room_key int, since_ms big, until_ms big
WITH w ({columns}) AS ({rows})
SELECT y.room_key, y.user_key FROM w CROSS JOIN _rooms r JOIN _stays y ON y.room_key = r.room_key
WHERE r.room_key = w.room_key AND {meanwhile};

-- name: insight_last_lists
-- The last lists of rooms that count, and when the rooms ended.
-- rows: room_key int
WITH w ({columns}) AS ({rows})
SELECT r.room_key, {over_ms}, s.snapshot_key, s.base_key, s.step, s.entry_count, s.chain_rows
FROM w CROSS JOIN _rooms r LEFT JOIN _snapshots s ON s.snapshot_key = r.counted_snapshot WHERE r.room_key = w.room_key;

-- name: insight_sessions_in
-- The sessions of anchors in rooms, and when each began.
-- rows: room_key int
WITH w ({columns}) AS ({rows})
SELECT r.room_key, s.begun_ms, s.anchor, s.title, s.nickname
FROM w CROSS JOIN _rooms r JOIN _sessions s ON s.room_id = r.room_id AND s.source_key = r.source_key
WHERE r.room_key = w.room_key;

-- name: insight_room_anchors
-- The sessions of anchors in all rooms of a kind, in the order in which they began.
SELECT g.source, r.room_id, s.anchor, s.title, s.nickname
FROM _sessions s JOIN _rooms r ON r.room_id = s.room_id AND r.source_key = s.source_key
JOIN _sources g ON g.source_key = r.source_key
WHERE r.kind = :kind AND (:source = '' OR g.source = :source) ORDER BY s.begun_ms, s.session_key;

-- name: insight_anchors
-- Anchors, each with the latest session: those who are live first, and then those who were live latest.
SELECT g.source, s.anchor, s.nickname, s.title, s.room_id, s.begun_ms, s.ended_ms
FROM _sessions s JOIN _sources g ON g.source_key = s.source_key
WHERE (:source = '' OR g.source = :source) AND NOT EXISTS (
  SELECT 1 FROM _sessions n WHERE n.anchor = s.anchor AND n.source_key = s.source_key
    AND (n.begun_ms, n.session_key) > (s.begun_ms, s.session_key)
)
ORDER BY CASE WHEN s.ended_ms IS NULL THEN 0 ELSE 1 END, s.begun_ms DESC, s.session_key LIMIT :limit;

-- name: insight_live_anchors
-- How many anchors are live.
SELECT count(*) FROM _sessions s JOIN _sources g ON g.source_key = s.source_key
WHERE s.ended_ms IS NULL AND (:source = '' OR g.source = :source);

-- name: insight_rooms_named
-- The rooms of ids at all gateways, with when each was polled last.
-- rows: room_id text, kind text
WITH w ({columns}) AS ({rows})
SELECT r.last_polled_ms, r.room_key, g.source, r.kind, r.room_id
FROM w CROSS JOIN _rooms r JOIN _sources g ON g.source_key = r.source_key WHERE r.room_id = w.room_id AND r.kind = w.kind;

-- name: insight_rooms_polled
-- The rooms that were polled in a time, or before and after it.
SELECT r.room_key, g.source, r.kind, r.room_id FROM _rooms r JOIN _sources g ON g.source_key = r.source_key
WHERE r.kind = :kind AND (:source = '' OR g.source = :source) AND r.last_polled_ms >= :since_ms
  AND r.first_polled_ms < :until_ms AND r.last_outcome <> '' ORDER BY r.room_key;

-- name: insight_in_most_rooms
-- Contributors who ever were in the lists of several rooms, those of most rooms first.
SELECT v.user_key, count(*)
FROM (
  SELECT user_key, room_key FROM _visits
  UNION ALL SELECT DISTINCT a.user_key, a.room_key FROM _arrivals a
  WHERE NOT EXISTS (SELECT 1 FROM _visits q WHERE q.user_key = a.user_key AND q.room_key = a.room_key)
) v
WHERE v.room_key IN (
  SELECT r.room_key FROM _rooms r JOIN _sources g ON g.source_key = r.source_key
  WHERE r.kind = :kind AND (:source = '' OR g.source = :source)
)
GROUP BY v.user_key HAVING count(*) >= :least ORDER BY count(*) DESC, v.user_key LIMIT :limit;

-- name: insight_rooms_of
-- The rooms in whose lists contributors ever were.
-- rows: user_key int
WITH w ({columns}) AS ({rows})
SELECT v.user_key, r.room_key, g.source, r.kind, r.room_id
FROM (
  SELECT w.user_key, x.room_key FROM w CROSS JOIN _visits x WHERE x.user_key = w.user_key
  UNION SELECT w.user_key, x.room_key FROM w CROSS JOIN _arrivals x WHERE x.user_key = w.user_key
) v JOIN _rooms r ON r.room_key = v.room_key JOIN _sources g ON g.source_key = r.source_key;

-- name: insight_hours_of
-- What contributors gave in hours, by the lists of one kind.
-- rows: hour int, kind text, user_key int
WITH w ({columns}) AS ({rows})
SELECT h.hour, h.kind, h.coins, h.unseen FROM w CROSS JOIN _contributor_hours h
WHERE h.hour = w.hour AND h.kind = w.kind AND h.user_key = w.user_key;

-- name: insight_names
-- Every name that a contributor had, the present one last.
SELECT v.nickname, v.display_id, v.since_at, v.until_at, v.is_present FROM user_names v
WHERE v.user_id = :user_id AND v.source = :source ORDER BY v.is_present, v.until_ms, v.nickname, v.display_id;

-- name: insight_search
-- Contributors by their id, or by a part of a nickname or handle that they have or had; what fits exactly comes first.
SELECT u.user_key, g.source, u.user_id, w.nickname, w.display_id, u.first_seen_ms, u.profile_ms, m.how, m.nickname, m.handle
FROM (
  SELECT f.user_key, min(f.how) AS how, max(f.nickname) AS nickname, max(f.handle) AS handle
  FROM (
    SELECT user_key, 0 AS how, NULL AS nickname, NULL AS handle FROM _users WHERE user_id = :text
    UNION ALL SELECT p.user_key,
      CASE WHEN p.sec_uid = :text THEN 0 WHEN p.display_id = :text THEN 1 WHEN p.nickname = :text THEN 2 ELSE 3 END,
      CASE WHEN p.nickname {like} :pattern {escaped} THEN p.nickname END,
      CASE WHEN p.display_id {like} :pattern {escaped} THEN p.display_id END
    FROM _profiles p WHERE p.user_key IS NOT NULL AND (
      p.nickname {like} :pattern {escaped} OR p.display_id {like} :pattern {escaped} OR p.sec_uid = :text
    )
  ) f GROUP BY f.user_key
) m JOIN _users u ON u.user_key = m.user_key JOIN _sources g ON g.source_key = u.source_key
LEFT JOIN _profiles w ON w.profile_key = u.profile_key
WHERE :source = '' OR g.source = :source
ORDER BY m.how, u.profile_ms DESC, u.user_key LIMIT :limit;

-- name: insight_rooms_of_anchor
-- The rooms of an anchor that have a list: those whose lists name the anchor, and those that looks have found.
SELECT r.room_key, g.source, r.kind, r.room_id, r.first_polled_ms
FROM _rooms r JOIN _sources g ON g.source_key = r.source_key
WHERE ((:anchor_id <> '' AND r.anchor_id = :anchor_id) OR EXISTS (
  SELECT 1 FROM _sessions s WHERE s.anchor = :anchor AND s.room_id = r.room_id AND s.source_key = r.source_key
)) AND r.kind = :kind AND (:source = '' OR g.source = :source) AND r.last_captured_ms >= 0
ORDER BY r.room_key;

-- name: insight_purged
-- The first day that no purge has removed.
SELECT max(before_day) FROM _purges;

-- name: insight_rooms_since
-- The rooms with lists that were polled since a moment, each with its last list.
SELECT r.room_key, g.source, r.kind, r.room_id, r.anchor_id, r.last_polled_ms, r.newest_ms, r.last_snapshot, s.entry_count
FROM _rooms r JOIN _sources g ON g.source_key = r.source_key LEFT JOIN _snapshots s ON s.snapshot_key = r.last_snapshot
WHERE r.last_polled_ms >= :since_ms AND r.last_captured_ms >= 0;

-- name: insight_live
-- The sessions that are on.
SELECT s.session_key, g.source, s.anchor, s.room_id, s.begun_ms
FROM _sessions s JOIN _sources g ON g.source_key = s.source_key WHERE s.ended_ms IS NULL;

-- name: insight_room_state
-- What a room's polls leave in its record: any poll that is newer than those before it changes it.
SELECT r.* FROM _rooms r WHERE r.room_id = :room_id ORDER BY r.room_key;

-- name: insight_last_poll
-- When a room was polled last.
SELECT max(r.last_polled_ms) FROM _rooms r WHERE r.room_id = :room_id AND r.kind = :kind;

-- name: insight_list_ages
-- Of each room that is polled again and again, and goes on: when its last list arrived, or the first poll of a room without
-- one, and the longest time between polls.
SELECT r.kind, coalesce(p.polled_ms, r.first_polled_ms), coalesce(r.every_max, r.every)
FROM _sources g CROSS JOIN _rooms r
LEFT JOIN _polls p ON p.room_key = r.room_key AND p.at_ms = coalesce(r.newest_ms, r.last_captured_ms) AND p.is_answered = 1
WHERE r.source_key = g.source_key AND r.every IS NOT NULL AND r.ended_ms IS NULL AND r.last_outcome <> '' AND {over_ms} IS NULL;

-- name: insight_hours_since
-- What was stored from an hour on, by hour and kind.
SELECT h.hour, r.kind, CAST(sum(h.polls) AS BIGINT), CAST(sum(h.failures) AS BIGINT), CAST(sum(h.lists) AS BIGINT),
  CAST(sum(h.entries) AS BIGINT)
FROM _room_hours h JOIN _rooms r ON r.room_key = h.room_key WHERE h.hour >= :first GROUP BY h.hour, r.kind;
