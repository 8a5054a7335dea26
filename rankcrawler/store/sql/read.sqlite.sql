-- Reading, as SQLite has it. `?` takes a value.

-- name: served_rows
-- The rows of a list as they were served: of each position the row of the latest step.
SELECT e.position, e.rank, e.score, x.text, e.exactly_score = 0, e.score_precision, e.delta, e.has_no_delta,
  u.user_id, p.display_id, p.sec_uid, p.nickname, p.gender, p.avatar_url,
  g.pay_grade_level, g.this_grade_min_diamond, g.this_grade_max_diamond, g.grade_describe, g.lifetime_diamonds_min,
  g.lifetime_diamonds_max, c.fans_club_name, c.fans_club_level, c.fans_club_member,
  p.is_hidden, p.is_anonymous, p.is_mystery, f.text
FROM (
  SELECT e.*, max(s.step) FROM snapshots s JOIN entries e ON e.snapshot_key = s.snapshot_key
  WHERE s.base_key = ? AND s.step <= ? AND s.snapshot_key BETWEEN ? AND ? AND e.snapshot_key BETWEEN ? AND ?
  GROUP BY e.position
) e
JOIN profiles p ON p.profile_key = e.profile_key LEFT JOIN users u ON u.user_key = p.user_key
JOIN grades g ON g.grade_key = e.grade_key JOIN clubs c ON c.club_key = e.club_key
LEFT JOIN texts x ON x.text_key = e.exactly_score LEFT JOIN texts f ON f.text_key = e.flags
WHERE e.position <= ?
ORDER BY e.position;

-- name: oldest_day
-- The first day that has polls, lists or rows before a moment.
SELECT min(day) FROM (
  SELECT min(captured_ms) / 86400000 AS day FROM snapshots WHERE snapshot_key < ?1 << 20
  UNION ALL SELECT min(at_ms) / 86400000 FROM polls WHERE at_ms < ?1
) HAVING min(day) IS NOT NULL;

-- name: delete_polls
-- Polls before a moment.
DELETE FROM polls WHERE at_ms < ?;

-- name: delete_snapshots
-- Lists before a key.
DELETE FROM snapshots WHERE snapshot_key < ?;

-- name: delete_entries
-- Rows of lists before a key.
DELETE FROM entries WHERE snapshot_key < ?;

-- name: delete_quarantine
-- Rows that could not be read, of lists before a key.
DELETE FROM quarantine WHERE snapshot_key < ?;
