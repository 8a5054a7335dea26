-- Reading, as PostgreSQL has it. `?` takes a value.

-- name: served_rows
-- The rows of a list as they were served: of each position the row of the latest step.
SELECT e.position, e.rank, e.score, x.text, e.exactly_score = 0, e.score_precision, e.delta, e.has_no_delta,
  u.user_id, p.display_id, p.sec_uid, p.nickname, p.gender, p.avatar_url,
  g.pay_grade_level, g.this_grade_min_diamond, g.this_grade_max_diamond, g.grade_describe, g.lifetime_diamonds_min,
  g.lifetime_diamonds_max, c.fans_club_name, c.fans_club_level, c.fans_club_member,
  p.is_hidden, p.is_anonymous, p.is_mystery, f.text
FROM (
  SELECT DISTINCT ON (e.position) e.* FROM snapshots s JOIN entries e ON e.snapshot_key = s.snapshot_key
  WHERE s.base_key = ? AND s.step <= ? AND s.snapshot_key BETWEEN ? AND ? AND e.snapshot_key BETWEEN ? AND ?
  ORDER BY e.position, s.step DESC
) e
JOIN profiles p ON p.profile_key = e.profile_key LEFT JOIN users u ON u.user_key = p.user_key
JOIN grades g ON g.grade_key = e.grade_key JOIN clubs c ON c.club_key = e.club_key
LEFT JOIN texts x ON x.text_key = e.exactly_score LEFT JOIN texts f ON f.text_key = e.flags
WHERE e.position <= ?
ORDER BY e.position;

-- name: size
-- Bytes of all tables of the store with their indexes.
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r';
