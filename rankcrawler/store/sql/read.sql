-- What readers ask of a database. `:name` takes a value; {name} stands for the text of that name.

-- name: in_chain
-- The lists of a chain up to a step, and their rows. The day bounds the keys, so that PostgreSQL reads one partition.
s.base_key = :base_key AND s.step <= :step AND s.snapshot_key BETWEEN :base_key AND :last_key
  AND e.snapshot_key BETWEEN :base_key AND :last_key

-- name: list_columns
-- A list as it was seen at a poll.
s.snapshot_key, s.base_key, s.step, p.at_ms, p.clock_ms, p.polled_ms, s.entry_count, s.anchor_id, c.text, s.has_more, f.text,
  s.digest, p.total, d.text, s.chain_rows, o.text, s.standing

-- name: list_texts
-- The texts of a list.
LEFT JOIN _texts c ON c.text_key = s.currency LEFT JOIN _texts f ON f.text_key = s.flags
LEFT JOIN _texts d ON d.text_key = p.user_count_desc LEFT JOIN _texts o ON o.text_key = p.flags

-- name: counts
-- How much the store holds, record by record.
SELECT (SELECT count(*) FROM _rooms WHERE last_outcome <> ''), (SELECT count(*) FROM _polls),
  (SELECT count(*) FROM _snapshots WHERE entry_count > 0), (SELECT count(*) FROM _entries);

-- name: rooms
-- The next rooms with lists of a kind.
SELECT DISTINCT room_id FROM _rooms WHERE kind = :kind AND room_id > :after ORDER BY room_id LIMIT 1000;

-- name: rooms_named
-- The rooms of an id at all gateways, the one polled last first.
SELECT r.room_key, g.source, r.kind, r.room_id FROM _rooms r JOIN _sources g ON g.source_key = r.source_key
WHERE r.room_id = :room_id AND r.kind = :kind ORDER BY r.last_polled_ms DESC, r.room_key;

-- name: latest_list
-- A room's newest list, as last seen.
SELECT {list_columns}
FROM _rooms r JOIN _polls p
  ON p.room_key = r.room_key AND p.at_ms = coalesce(r.newest_ms, r.last_captured_ms) AND p.is_answered = 1
JOIN _snapshots s ON s.snapshot_key = p.snapshot_key {list_texts}
WHERE r.room_key = :room_key;

-- name: list_at
-- The list that a room had at a moment.
SELECT {list_columns}
FROM (
  SELECT * FROM _polls WHERE room_key = :room_key AND at_ms <= :at_ms AND is_answered = 1 ORDER BY at_ms DESC LIMIT 1
) p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key {list_texts};

-- name: lists_between
-- A room's next lists in a time: those that were written, or those of all polls.
SELECT {list_columns}
FROM _polls p JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND (s.captured_ms = p.at_ms OR :every_poll = 1)
{list_texts}
WHERE p.room_key = :room_key AND p.at_ms >= :since_ms AND p.at_ms < :until_ms AND p.is_answered = 1
ORDER BY p.at_ms LIMIT 500;

-- name: count_polled
-- How many polls of a kind brought a list in a time, of all rooms or of one, at all gateways or at one.
SELECT count(*) FROM _rooms r JOIN _sources g ON g.source_key = r.source_key JOIN _polls p ON p.room_key = r.room_key
WHERE r.kind = :kind AND (:room_id = '' OR r.room_id = :room_id) AND (:source = '' OR g.source = :source)
  AND p.at_ms >= :since_ms AND p.at_ms < :until_ms AND p.is_answered = 1;

-- name: served_rows
-- The rows of a list as they were served: at each position the row of the latest step. With each, how many rows its
-- chain has up to the list.
SELECT e.position, (SELECT count(*) FROM _snapshots s JOIN _entries e ON e.snapshot_key = s.snapshot_key WHERE {in_chain}), e.rank, e.score, x.text, e.exactly_score = 0, e.score_precision, e.delta, e.has_no_delta,
  f.text{served columns}
FROM ({topmost_rows}) e
JOIN _profiles p ON p.profile_key = e.profile_key LEFT JOIN _users u ON u.user_key = p.user_key
JOIN _grades g ON g.grade_key = e.grade_key JOIN _clubs c ON c.club_key = e.club_key
LEFT JOIN _texts x ON x.text_key = e.exactly_score LEFT JOIN _texts f ON f.text_key = e.flags
WHERE e.position <= :entry_count
ORDER BY e.position;

-- name: chain_positions
-- The positions of the rows in a chain up to a step, oldest step first, each with its list.
SELECT s.step, s.entry_count, s.chain_rows, e.position
FROM _snapshots s JOIN _entries e ON e.snapshot_key = s.snapshot_key
WHERE {in_chain} ORDER BY s.step;

-- name: quarantined
-- The rows of a list that could not be read.
SELECT position, path, reason FROM _quarantine WHERE snapshot_key = :snapshot_key ORDER BY position;

-- name: polls
-- A room's latest polls in a time.
SELECT p.at_ms, p.polled_ms, CASE WHEN p.is_answered = 1 THEN coalesce(p.clock_ms, p.at_ms) END, p.outcome,
  s.entry_count, p.total, t.text, v.action, v.reason, v.status, v.code, v.status_code, p.attempt, o.text
FROM (
  SELECT * FROM _polls WHERE room_key = :room_key AND at_ms >= :since_ms AND at_ms < :until_ms
  ORDER BY at_ms DESC LIMIT :limit
) p
LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
LEFT JOIN _texts t ON t.text_key = p.user_count_desc
LEFT JOIN _verdicts v ON v.verdict_key = p.verdict_key
LEFT JOIN _texts o ON o.text_key = p.flags
ORDER BY p.at_ms, p.is_answered;

-- name: contributors_named
-- The contributors of an id at all gateways, the one seen last first.
SELECT u.user_key, u.first_seen_ms, g.source, u.user_id, p.display_id, p.sec_uid, p.nickname, p.gender, p.avatar_url
FROM _users u JOIN _sources g ON g.source_key = u.source_key LEFT JOIN _profiles p ON p.profile_key = u.profile_key
WHERE u.user_id = :user_id ORDER BY u.profile_ms DESC, u.user_key;

-- name: last_seen
-- The last list with a contributor in it.
SELECT max(coalesce(y.until_ms, r.counted_ms))
FROM (
  SELECT room_key FROM _visits WHERE user_key = :user_key UNION SELECT room_key FROM _arrivals WHERE user_key = :user_key
) v JOIN _stays y ON y.room_key = v.room_key AND y.user_key = :user_key JOIN _rooms r ON r.room_key = v.room_key;

-- name: over_ms
-- When a broadcast was over, as a poll found, or looks at the anchor did; null while it goes on.
coalesce(r.ended_ms, (
  SELECT CASE WHEN count(*) = count(z.ended_ms) THEN max(z.ended_ms) END FROM _sessions z
  WHERE z.room_id = r.room_id AND z.source_key = r.source_key
))

-- name: stays
-- Where a contributor was. A stay up to the room's last list that counts comes with that list, and with the moment at
-- which the broadcast was over.
SELECT r.kind, r.room_id, r.anchor_id, y.since_ms, coalesce(y.until_ms, r.counted_ms), y.until_ms,
  y.first_score, y.last_score, s.base_key, s.step, CASE WHEN y.until_ms IS NULL THEN {over_ms} END
FROM (
  SELECT room_key FROM _visits WHERE user_key = :user_key UNION SELECT room_key FROM _arrivals WHERE user_key = :user_key
) v JOIN _stays y ON y.room_key = v.room_key AND y.user_key = :user_key JOIN _rooms r ON r.room_key = v.room_key
LEFT JOIN _snapshots s ON s.snapshot_key = r.counted_snapshot
ORDER BY 5 DESC, 4 DESC, y.room_key LIMIT :limit;

-- name: score_in
-- The score of a contributor in a list that is known to hold them: that of the row written last.
SELECT e.score FROM _snapshots s JOIN _entries e ON e.snapshot_key = s.snapshot_key
WHERE {in_chain} AND e.profile_key IN (SELECT profile_key FROM _profiles WHERE user_key = :user_key)
ORDER BY s.step DESC, e.position LIMIT 1;

-- name: presence
-- A contributor's stays in a room together.
SELECT y.room_key, y.user_key, min(y.since_ms), max(coalesce(y.until_ms, r.counted_ms)),
  max(CASE WHEN y.until_ms IS NULL THEN 1 ELSE 0 END), max(y.last_score)

-- name: meanwhile
-- Whether a stay was in the time that is asked about.
y.since_ms < w.until_ms AND coalesce(y.until_ms, r.counted_ms) >= w.since_ms

-- name: sums_by_contributor
-- What each contributor gave in some hours, by the lists of one kind; of days in UTC, with sums from before version 6.
SELECT user_key, CAST(sum(coins) AS BIGINT) AS coins,
  CASE WHEN count(*) FILTER (WHERE unseen IS NULL) = 0
    THEN CAST(sum(coins) AS BIGINT) + coalesce(CAST(sum(unseen) FILTER (WHERE unseen > 0) AS BIGINT), 0) END AS most
FROM (
  SELECT user_key, coins, unseen FROM _contributor_hours WHERE hour >= :first AND hour < :end AND kind = :kind
  UNION ALL SELECT user_key, coins, NULL FROM _contributor_days
  WHERE day >= :first_day AND day < :end_day AND kind = :kind
) h GROUP BY user_key HAVING sum(coins) > 0

-- name: recurring
-- A gateway's next rooms that are polled repeatedly and have not ended.
SELECT r.room_key, r.last_polled_ms, r.kind, r.room_id, r.anchor_id, r.every, r.every_max, r.priority FROM _rooms r
WHERE r.source_key = :source_key AND r.every IS NOT NULL AND r.ended_ms IS NULL AND r.room_key > :after
ORDER BY r.room_key LIMIT 1000;

-- name: sums
-- What was counted while writing, with the first and the last day (UTC).
SELECT coalesce(sum(polls), 0), coalesce(sum(failures), 0), coalesce(sum(lists), 0), coalesce(sum(entries), 0), min(first),
  max(last)
FROM (
  SELECT sum(polls) AS polls, sum(failures) AS failures, sum(lists) AS lists, sum(entries) AS entries,
    min(hour) / 24 AS first, max(hour) / 24 AS last FROM _room_hours
  UNION ALL SELECT sum(polls), sum(failures), sum(lists), sum(entries), min(day), max(day) FROM _room_days
) d;

-- name: rooms_and_users
-- How many rooms and contributors there are.
SELECT (SELECT count(*) FROM _rooms WHERE last_outcome <> ''), (SELECT count(*) FROM _users);

-- name: sessions
-- Sessions of an anchor, or in a room, or all; the latest first.
SELECT g.source, s.anchor, s.room_id, s.begun_ms, s.begun_by, s.ended_ms, s.ended_by, s.title, s.nickname, s.flags, (
  SELECT max(coalesce(r.newest_ms, r.last_captured_ms)) FROM _rooms r
  WHERE r.room_id = s.room_id AND r.source_key = s.source_key AND r.last_captured_ms >= 0
) AS last_list_ms
FROM _sessions s JOIN _sources g ON g.source_key = s.source_key
WHERE (:anchor = '' OR s.anchor = :anchor) AND (:room_id = '' OR s.room_id = :room_id)
ORDER BY s.begun_ms DESC, s.session_key DESC;
