-- The views that people read, the same in both databases. store/views.py says what stands for {…}.
-- The lines below `-- view:` describe the view, and each `-- column:` one of its columns that no feed has.

-- fragment: rooms
_rooms r {join} _sources o ON o.source_key = r.source_key

-- fragment: lists
-- Every list that was kept, with the poll that brought it.
{rooms} {join} _polls p ON p.room_key = r.room_key AND p.is_answered = 1
{join} _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms

-- fragment: latest
-- The newest list of each room, with the last poll that saw it.
{rooms} {join} _polls p ON p.room_key = r.room_key AND p.at_ms = coalesce(r.newest_ms, r.last_captured_ms) AND p.is_answered = 1
{join} _snapshots s ON s.snapshot_key = p.snapshot_key

-- fragment: over_ms
-- When the broadcast was over, as a poll found, or looks at the anchor did; null while it goes on.
coalesce(r.ended_ms, (
  SELECT CASE WHEN count(*) = count(z.ended_ms) THEN max(z.ended_ms) END FROM _sessions z
  WHERE z.room_id = r.room_id AND z.source_key = r.source_key
))

-- fragment: times_sqlite
-- Written once for each list, and not for each of its rows: json_each() stands for LATERAL, which SQLite does not have.
CROSS JOIN json_each(json_array({iso coalesce(p.clock_ms, p.at_ms)})) i CROSS JOIN json_each(json_array({iso p.polled_ms})) j

-- fragment: times_postgresql
CROSS JOIN LATERAL (SELECT {iso coalesce(p.clock_ms, p.at_ms)} AS captured_at, {iso p.polled_ms} AS polled_at OFFSET 0) i

-- fragment: chain_sqlite
-- The rows of a list: at each position the row of the latest step, with the score above it; max() has SQLite take the
-- other columns from its row. A list has none if rows of its chain are missing.
CROSS JOIN json_each((
  SELECT CASE WHEN sum(k.written) = s.chain_rows OR s.chain_rows IS NULL
    THEN json_group_array(json_array(k.position, k.snapshot_key, k.above)) FILTER (WHERE k.position <= s.entry_count) END
  FROM (
    SELECT t.position, t.snapshot_key, t.written, lag(t.score) OVER (ORDER BY t.position) AS above FROM (
      SELECT l.position, l.snapshot_key, l.score, count(*) AS written, max(n.step)
      FROM _snapshots n CROSS JOIN _entries l ON l.snapshot_key = n.snapshot_key
      WHERE n.base_key = s.base_key AND n.step <= s.step GROUP BY l.position
    ) t
  ) k
)) q CROSS JOIN _entries e ON e.snapshot_key = json_extract(q.value, '$[1]') AND e.position = json_extract(q.value, '$[0]')

-- fragment: chain_postgresql
-- The same; it looks at i so that the planner has times written before, once for each list.
CROSS JOIN LATERAL (
  SELECT t.*, lag(t.score) OVER (ORDER BY t.position) AS above FROM (
    SELECT DISTINCT ON (l.position) l.*, count(*) OVER () AS written
    FROM _snapshots n JOIN _entries l ON l.snapshot_key = n.snapshot_key
    WHERE n.base_key = s.base_key AND n.step <= s.step AND n.snapshot_key BETWEEN s.base_key AND s.snapshot_key
      AND l.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    ORDER BY l.position, n.step DESC
  ) t WHERE t.position <= s.entry_count AND (s.chain_rows IS NULL OR t.written = s.chain_rows) AND i.polled_at IS NOT NULL
) e

-- fragment: above_by_search
-- The score of the row above.
(SELECT a.score FROM _snapshots m {join} _entries a ON a.snapshot_key = m.snapshot_key AND a.position = e.position - 1
  WHERE m.base_key = s.base_key AND m.step <= s.step AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    AND a.snapshot_key BETWEEN s.base_key AND s.snapshot_key ORDER BY m.step DESC LIMIT 1)

-- fragment: is_whole
-- Whether no row of a list, and of those that it builds upon, is missing.
(s.chain_rows IS NULL OR s.chain_rows = (
  SELECT count(*) FROM _snapshots m {join} _entries l ON l.snapshot_key = m.snapshot_key
  WHERE m.base_key = s.base_key AND m.step <= s.step AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    AND l.snapshot_key BETWEEN s.base_key AND s.snapshot_key
))

-- fragment: facts
-- What many rows share.
{join} _profiles w ON w.profile_key = e.profile_key {join} _grades g ON g.grade_key = e.grade_key
{join} _clubs c ON c.club_key = e.club_key LEFT JOIN _users u ON u.user_key = w.user_key
LEFT JOIN _texts x ON x.text_key = e.exactly_score LEFT JOIN _texts f ON f.text_key = e.flags
LEFT JOIN _texts pf ON pf.text_key = p.flags

-- fragment: own rank
e.rank

-- fragment: own score
e.score

-- fragment: own exactly_score
CASE WHEN e.exactly_score <> 0 THEN x.text WHEN e.exactly_score = 0 THEN {in_words} END

-- fragment: own score_precision
CASE e.score_precision WHEN 0 THEN 'exact' WHEN 1 THEN 'rounded' ELSE 'withheld' END

-- fragment: own delta
CASE WHEN e.has_no_delta IS NULL THEN coalesce(e.delta, {above} - e.score, 0) END

-- fragment: own_delta_by_search
CASE WHEN e.has_no_delta IS NULL THEN coalesce(e.delta, {above_by_search} - e.score, 0) END

-- fragment: own flags
{flags_and f.text}

-- fragment: flags_and
-- Flags that were stored, that of standing.Standing.OLDER, and those of the poll.
trim(coalesce($1, '') || CASE WHEN s.standing = 3 THEN ' stale_list' ELSE '' END || coalesce(' ' || pf.text, ''))

-- fragment: in_words
-- As store/words.py writes scores.
CASE WHEN e.score < 10000 THEN CAST(e.score AS TEXT)
  WHEN e.score < 100000000 THEN {tenths 10000 1000 100 500} || '万' ELSE {tenths 100000000 10000000 1000000 5000000} || '亿' END

-- fragment: tenths
-- A score in units of $1, with one decimal. A tie goes the way of the binary fraction that stands for it, as in Python.
CAST({rounded $1 $2 $3 $4} / 10 AS TEXT) || '.' || CAST({rounded $1 $2 $3 $4} % 10 AS TEXT)

-- fragment: rounded
(e.score / $2 + CASE WHEN e.score % $2 <> $4 THEN CAST(e.score % $2 > $4 AS INTEGER)
  WHEN e.score % $1 / $3 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / $1 - e.score / $1) * 4503599627370496 AS BIGINT) * 100
    > e.score % $1 / $3 * 4503599627370496 AS INTEGER) END)

-- view: latest_ranks
-- The current list of every room: one row for each contributor, and how old it is. A list of which rows are lost has none,
-- here as in ranks and user_ranks: run `scrapy store check`.
-- column: age_seconds: Seconds since the list was last seen.
SELECT {feed}, {seconds {now} - p.polled_ms} AS age_seconds
FROM {latest} {times} {chain} {facts};

-- view: ranks
-- Every list that was kept, whole: one row for each contributor. A list is kept if it differs from the one before, or
-- is the first of its day (UTC). Finds lists by room and time; user_ranks finds them by contributor.
SELECT {feed}
FROM {lists} {times} {chain} {facts};

-- view: lists
-- One row for each list that was kept, including empty ones.
-- column: row_count: How many contributors are in the list.
-- column: total: The size of the audience, not of the list.
-- column: user_count_desc: The size of the audience in the gateway's words.
-- column: currency: The unit of the scores, if the gateway states one.
-- column: has_more: Whether the gateway says that the list is longer: 1 or 0.
-- column: flags: The rules that the list or one of its rows breaks, separated by spaces.
-- column: is_counted: 1 if gains, sums and stays follow the list, 0 if it tells nothing, is doubtful, or contradicts others.
SELECT o.source, r.kind, r.room_id, s.anchor_id, {iso coalesce(p.clock_ms, p.at_ms)} AS captured_at, p.at_ms AS captured_ms,
  {iso p.polled_ms} AS polled_at, p.polled_ms, s.entry_count AS row_count, p.total, d.text AS user_count_desc,
  c.text AS currency, s.has_more, {flags_and f.text} AS flags, CASE WHEN coalesce(s.standing, 0) = 0 THEN 1 ELSE 0 END AS is_counted
FROM {lists} LEFT JOIN _texts d ON d.text_key = p.user_count_desc LEFT JOIN _texts c ON c.text_key = s.currency
LEFT JOIN _texts f ON f.text_key = s.flags LEFT JOIN _texts pf ON pf.text_key = p.flags;

-- view: room_status
-- One row for each room and kind of list that was ever polled.
-- column: every: Seconds between polls, by the last poll's schedule; null if the room was polled once.
-- column: every_max: The longest time between polls, in seconds, if the room is polled less often while nothing changes.
-- column: priority: Minutes that the room is ahead of others.
-- column: first_polled_at: The first poll.
-- column: last_polled_at: The last poll, successful or not.
-- column: last_outcome: The outcome of the last poll: stored, unchanged, empty, withheld or failed.
-- column: last_reason: Why the last poll failed.
-- column: captured_at: When the gateway made the last list; null before the first.
-- column: polled_at: When the last list arrived.
-- column: age_seconds: Seconds since the last list arrived.
-- column: is_stale: 1 if the room is polled again and again, has not ended, and its last list is more than two intervals old.
-- column: row_count: How many contributors are in the last list.
-- column: total: The size of the audience at the last list.
-- column: ended_at: When a poll, or looks at the anchor, found that the broadcast is over; null while it goes on.
-- column: anchor: Who is followed: `uid=`, `sec_uid=` or `web_rid=`, and the id; null if no one is.
-- column: session_title: What the session is called, if the gateway says so.
-- column: session_begun_at: When the session began.
SELECT o.source, r.kind, r.room_id, r.anchor_id, r.every, r.every_max, r.priority,
  {iso r.first_polled_ms} AS first_polled_at, r.first_polled_ms, {iso r.last_polled_ms} AS last_polled_at, r.last_polled_ms,
  r.last_outcome, CASE WHEN r.last_outcome = 'failed' THEN (
    SELECT v.reason FROM _polls q JOIN _verdicts v ON v.verdict_key = q.verdict_key
    WHERE q.room_key = r.room_key AND q.at_ms = r.last_polled_ms AND q.is_answered = 0
  ) END AS last_reason, {iso coalesce(p.clock_ms, p.at_ms)} AS captured_at, p.at_ms AS captured_ms, {iso p.polled_ms} AS polled_at, p.polled_ms,
  {seconds {now} - p.polled_ms} AS age_seconds,
  CASE WHEN r.every IS NULL OR {over_ms} IS NOT NULL THEN 0
    ELSE CAST({seconds {now} - coalesce(p.polled_ms, r.first_polled_ms)} > 2 * coalesce(r.every_max, r.every) AS INTEGER)
  END AS is_stale, s.entry_count AS row_count, p.total, {iso {over_ms}} AS ended_at, {over_ms} AS ended_ms,
  v.anchor, v.title AS session_title, {iso v.begun_ms} AS session_begun_at, v.begun_ms AS session_begun_ms
FROM _rooms r JOIN _sources o ON o.source_key = r.source_key LEFT JOIN _sessions v ON v.session_key = (
  SELECT max(y.session_key) FROM _sessions y WHERE y.room_id = r.room_id AND y.source_key = r.source_key
)
LEFT JOIN _polls p ON p.room_key = r.room_key AND p.at_ms = coalesce(r.newest_ms, r.last_captured_ms) AND p.is_answered = 1
LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key WHERE r.last_outcome <> '';

-- view: poll_log
-- Every poll of every room, and its outcome. A time without a row is a time without a poll.
-- column: seen_at: When the gateway made the list; when the poll was made, if it failed or the list's clock is wrong.
-- column: outcome: stored, unchanged, empty (no contributor has given anything), withheld (scores are not published), damaged (rows of the list are lost) or failed.
-- column: flags: What is wrong with the poll, not with its list: clocks that are wrong or stand still, separated by spaces.
-- column: row_count: How many contributors were in the list; null for a failed poll.
-- column: total: The size of the audience.
-- column: user_count_desc: The size of the audience in the gateway's words.
-- column: action: What followed from a failed poll: retry, wait, gone_once, gone or stop.
-- column: reason: Why the poll failed, with the gateway's own words.
-- column: status: The HTTP status of a failed poll; null if there was no answer.
-- column: code: The outer code in the body of a failed poll.
-- column: status_code: The inner code in the body of a failed poll.
-- column: attempt: Of a failed poll: 1 is the first after a successful one.
-- column: gap_seconds: Seconds since the poll before; null for the first.
-- column: missed_polls: Polls that were due in between, by the room's interval; null if it has none or adapts it.
SELECT o.source, r.kind, r.room_id, r.anchor_id, {iso p.at_ms} AS seen_at, p.at_ms AS seen_ms,
  {iso p.polled_ms} AS polled_at, p.polled_ms, p.outcome, s.entry_count AS row_count, p.total, d.text AS user_count_desc,
  coalesce(pf.text, '') AS flags, v.action, v.reason, v.status, v.code, v.status_code, p.attempt, {seconds p.polled_ms - p.before_ms} AS gap_seconds,
  CASE WHEN r.every IS NULL OR r.every_max IS NOT NULL OR p.before_ms IS NULL THEN NULL
    WHEN p.polled_ms - p.before_ms < r.every * 1500 THEN 0
    ELSE (2 * (p.polled_ms - p.before_ms) + CAST(r.every * 1000 AS BIGINT)) / nullif(CAST(r.every * 2000 AS BIGINT), 0) - 1
  END AS missed_polls
FROM {rooms} {join} (
  SELECT a.*, (
    SELECT b.polled_ms FROM _polls b
    WHERE b.room_key = a.room_key AND (b.at_ms, b.is_answered) < (a.at_ms, a.is_answered)
    ORDER BY b.at_ms DESC, b.is_answered DESC LIMIT 1
  ) AS before_ms FROM _polls a
) p ON p.room_key = r.room_key LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
LEFT JOIN _texts d ON d.text_key = p.user_count_desc LEFT JOIN _verdicts v ON v.verdict_key = p.verdict_key
LEFT JOIN _texts pf ON pf.text_key = p.flags;

-- fragment: visits
-- Contributors, and the rooms in whose lists they ever were.
_users u {join} _sources o ON o.source_key = u.source_key {join} _visits h ON h.user_key = u.user_key

-- fragment: arrivals
-- The latest visits, which are not sorted in yet.
_users u {join} _sources o ON o.source_key = u.source_key
{join} (SELECT DISTINCT user_key, room_key FROM _arrivals) h ON h.user_key = u.user_key AND NOT EXISTS (
  SELECT 1 FROM _visits q WHERE q.user_key = h.user_key AND q.room_key = h.room_key
)

-- fragment: stay
-- A contributor's times in a room's list.
JOIN _stays y ON y.room_key = h.room_key AND y.user_key = +h.user_key JOIN _rooms r ON r.room_key = h.room_key

-- fragment: stay_columns
o.source, r.kind, u.user_id, w.nickname, w.display_id, r.room_id, r.anchor_id, {iso y.since_ms} AS since_at, y.since_ms,
  {iso coalesce(y.until_ms, r.counted_ms)} AS until_at, coalesce(y.until_ms, r.counted_ms) AS until_ms,
  CASE WHEN y.until_ms IS NULL AND {over_ms} IS NULL THEN 1 ELSE 0 END AS is_there, y.first_score,
  CASE WHEN y.until_ms IS NOT NULL THEN y.last_score ELSE (
    SELECT e.score FROM _snapshots s JOIN _snapshots n ON n.base_key = s.base_key AND n.step <= s.step
      AND n.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    JOIN _entries e ON e.snapshot_key = n.snapshot_key
    WHERE s.snapshot_key = r.counted_snapshot
      AND e.profile_key IN (SELECT a.profile_key FROM _profiles a WHERE a.user_key = y.user_key)
    ORDER BY n.step DESC, e.position LIMIT 1
  ) END AS last_score

-- view: user_rooms
-- The rooms in whose lists a contributor was: one row for each unbroken time, as far as lists that count show.
-- column: nickname: The latest display name.
-- column: display_id: The latest public handle.
-- column: since_at: The first list with the contributor in it.
-- column: until_at: The last list with the contributor in it, so far.
-- column: is_there: 1 if the contributor is in the room's last list that counts and the broadcast goes on, else 0.
-- column: first_score: The score in the first list.
-- column: last_score: The score in the last list, or, of a time that is over, the highest one if that is higher; null if it was withheld, or if that list was purged.
SELECT {stay_columns} FROM {visits} {stay} LEFT JOIN _profiles w ON w.profile_key = u.profile_key
UNION ALL
SELECT {stay_columns} FROM {arrivals} {stay} LEFT JOIN _profiles w ON w.profile_key = u.profile_key;

-- fragment: user_list
-- The lists of a contributor's times in rooms, and the contributor's row in each.
{join} _stays y ON y.room_key = h.room_key AND y.user_key = +h.user_key {join} _rooms r ON r.room_key = h.room_key
{join} _polls p ON p.room_key = y.room_key AND p.is_answered = 1 AND p.at_ms >= y.since_ms
  AND p.at_ms <= coalesce(y.until_ms, r.last_captured_ms)
{join} _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
{times}
{join} _snapshots n ON n.base_key = s.base_key AND n.step <= s.step AND n.snapshot_key BETWEEN s.base_key AND s.snapshot_key
{join} _entries e ON e.snapshot_key = n.snapshot_key AND e.position <= s.entry_count
{join} _profiles w ON w.profile_key = e.profile_key AND w.user_key = h.user_key AND NOT EXISTS (
  SELECT 1 FROM _snapshots m JOIN _entries l ON l.snapshot_key = m.snapshot_key
  WHERE m.base_key = s.base_key AND m.step > n.step AND m.step <= s.step AND l.position = e.position
    AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key AND w.user_key = y.user_key
) AND {is_whole}
{join} _grades g ON g.grade_key = e.grade_key {join} _clubs c ON c.club_key = e.club_key
LEFT JOIN _texts x ON x.text_key = e.exactly_score LEFT JOIN _texts f ON f.text_key = e.flags
LEFT JOIN _texts pf ON pf.text_key = p.flags

-- view: user_ranks
-- The rows of ranks that belong to a contributor, found by contributor.
SELECT {user_feed} FROM {visits} {user_list}
UNION ALL
SELECT {user_feed} FROM {arrivals} {user_list};

-- fragment: name_since
-- When a name before a moment began: with the end of the one before it. Ends below 0 are unknown.
(SELECT CASE WHEN max(q.until_ms) IS NULL THEN $1.first_seen_ms WHEN max(q.until_ms) >= 0 THEN max(q.until_ms) END
  FROM _former_names q WHERE q.user_key = $1.user_key AND q.until_ms < $2)

-- fragment: name_columns
o.source, d.user_id, w.nickname, w.display_id, {iso d.since_ms} AS since_at, d.since_ms, {iso d.until_ms} AS until_at,
  d.until_ms, d.is_present

-- fragment: with_name
JOIN _sources o ON o.source_key = d.source_key JOIN _profiles w ON w.profile_key = d.profile_key

-- view: user_names
-- Every nickname and handle that a contributor had, and from when to when. Names from before version 7 have no dates.
-- column: since_at: The first list with this name; null if that is not known.
-- column: until_at: The first list with the next name; null for the present name, and if it is not known.
-- column: is_present: 1 for the name that was seen last, else 0.
SELECT {name_columns} FROM (
  SELECT u.user_id, u.source_key, u.profile_key, {name_since u 9223372036854775807} AS since_ms,
    CAST(NULL AS BIGINT) AS until_ms, 1 AS is_present FROM _users u
) d {with_name}
UNION ALL
SELECT {name_columns} FROM (
  SELECT u.user_id, u.source_key, h.profile_key, CASE WHEN h.until_ms >= 0 THEN {name_since u h.until_ms} END AS since_ms,
    CASE WHEN h.until_ms >= 0 THEN h.until_ms END AS until_ms, 0 AS is_present
  FROM _users u JOIN _former_names h ON h.user_key = u.user_key
) d {with_name};

-- view: gains_by_hour
-- What each contributor gave in an hour, in all rooms together, by the lists of one kind. Hours are those of UTC; from before version 6
-- there are none.
-- column: nickname: The latest display name.
-- column: hour_at: When the hour begins.
-- column: coins: At least.
-- column: unseen: Coins that the contributor may have given beyond; null without a limit.
SELECT o.source, h.kind, u.user_id, w.nickname, {iso CAST(h.hour AS BIGINT) * 3600000} AS hour_at,
  CAST(h.hour AS BIGINT) * 3600000 AS hour_ms, h.coins, h.unseen
FROM _contributor_hours h JOIN _users u ON u.user_key = h.user_key JOIN _sources o ON o.source_key = u.source_key
LEFT JOIN _profiles w ON w.profile_key = u.profile_key;

-- view: room_hours
-- What happened in a room in an hour, by the lists of one kind. Hours are those of UTC; from before version 6
-- there are none.
-- column: hour_at: When the hour begins.
-- column: polls: All polls.
-- column: failures: Polls that failed.
-- column: missed_polls: Polls that were due in between, by the room's interval; null if it has none or adapts it.
-- column: lists: Lists that were kept.
-- column: coins: At least; anonymised rows count for nothing.
SELECT o.source, r.kind, r.room_id, r.anchor_id, {iso CAST(h.hour AS BIGINT) * 3600000} AS hour_at,
  CAST(h.hour AS BIGINT) * 3600000 AS hour_ms, h.polls, h.failures, (
    SELECT sum(l.missed_polls) FROM poll_log l WHERE l.room_id = r.room_id AND l.kind = r.kind AND l.source = o.source
      AND l.seen_ms >= CAST(h.hour AS BIGINT) * 3600000 AND l.seen_ms < (CAST(h.hour AS BIGINT) + 1) * 3600000
  ) AS missed_polls, h.lists, h.coins
FROM _room_hours h JOIN _rooms r ON r.room_key = h.room_key JOIN _sources o ON o.source_key = r.source_key;

-- view: quarantine
-- The rows of lists that could not be read.
-- column: position: The row's place in the gateway's answer; 1 is first.
-- column: path: The JSON path of what is wrong.
-- column: reason: What is wrong.
SELECT o.source, r.kind, r.room_id, {iso coalesce(p.clock_ms, p.at_ms)} AS captured_at, p.at_ms AS captured_ms, q.position, q.path, q.reason
FROM _rooms r JOIN _sources o ON o.source_key = r.source_key
JOIN _polls p ON p.room_key = r.room_key AND p.is_answered = 1
JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
JOIN _quarantine q ON q.snapshot_key = s.snapshot_key;

-- view: sessions
-- One row for each session of an anchor that was followed: from when to when they were live, and in which room. Scores
-- begin at 0 in each.
-- column: anchor: The anchor: `uid=`, `sec_uid=` or `web_rid=`, and the id.
-- column: title: What the session was called, if the gateway says so.
-- column: nickname: What the anchor was called, if the gateway says so.
-- column: begun_at: When the session began.
-- column: begun_by: How that is known: `gateway` if it states the moment, or `look` for that of the look that found the anchor live after others that did not, or `found` if it may have begun before.
-- column: ended_at: When it ended; null while it is on.
-- column: ended_by: How that is known: `gateway`, `looks` that agree that the anchor is offline, another `room`, or `removed` from those who are followed.
-- column: last_list_at: When the gateway made the last list of the room that counts; null before the first.
-- column: last_list_ms: `last_list_at`, in milliseconds since 1970.
-- column: flags: What was odd about the look that found the session, separated by spaces.
SELECT o.source, i.anchor, i.room_id, i.title, i.nickname, {iso i.begun_ms} AS begun_at, i.begun_ms, i.begun_by,
  {iso i.ended_ms} AS ended_at, i.ended_ms, i.ended_by, {iso i.last_list_ms} AS last_list_at, i.last_list_ms, i.flags
FROM (
  SELECT n.*, (
    SELECT max(coalesce(r.newest_ms, r.last_captured_ms)) FROM _rooms r
    WHERE r.room_id = n.room_id AND r.source_key = n.source_key AND r.last_captured_ms >= 0
  ) AS last_list_ms FROM _sessions n
) i {join} _sources o ON o.source_key = i.source_key;
