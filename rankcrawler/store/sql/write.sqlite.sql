-- Writing, as SQLite has it: a query for each row. `?` takes a value.

-- name: find_room
-- What the store knows of a room, and of the chain that its last list belongs to.
SELECT r.room_key, r.fence, r.last_captured_ms, r.last_polled_ms, r.last_snapshot, r.last_print, s.base_key, s.step,
  s.entry_count, r.anchor_id, r.every, r.every_max, r.priority, r.last_outcome, r.ended_ms
FROM rooms r LEFT JOIN snapshots s ON s.snapshot_key = r.last_snapshot
WHERE r.room_id = ? AND r.kind = ? AND r.source_key = ?;

-- name: add_room
-- A room that was never polled before; what is known of it comes with advance_rooms.
INSERT INTO rooms (room_id, kind, source_key, priority, first_polled_ms, last_polled_ms, last_outcome, fence,
  last_captured_ms)
VALUES (?, ?, ?, 0, ?, -1, '', 0, -1) ON CONFLICT DO NOTHING;

-- name: find_users
-- A contributor's key.
SELECT user_key FROM users WHERE source_key = ? AND user_id = ?;

-- name: add_users
-- A contributor who is new.
INSERT INTO users (source_key, user_id, first_seen_ms, profile_ms) VALUES (?, ?, ?, -1);

-- name: find_profiles
-- A look's key.
SELECT profile_key FROM profiles WHERE print = ?;

-- name: add_profiles
-- A look that is new.
INSERT INTO profiles (print, user_key, display_id, sec_uid, nickname, gender, avatar_url, is_hidden, is_anonymous,
  is_mystery)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: find_grades
-- A level's key.
SELECT grade_key FROM grades WHERE print = ?;

-- name: add_grades
-- A level, with its words, that is new.
INSERT INTO grades (print, pay_grade_level, this_grade_min_diamond, this_grade_max_diamond, grade_describe,
  lifetime_diamonds_min, lifetime_diamonds_max)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: find_clubs
-- A membership's key.
SELECT club_key FROM clubs WHERE print = ?;

-- name: add_clubs
-- A membership that is new.
INSERT INTO clubs (print, fans_club_name, fans_club_level, fans_club_member) VALUES (?, ?, ?, ?);

-- name: find_texts
-- A text's key.
SELECT text_key FROM texts WHERE print = ?;

-- name: add_texts
-- A text that is new.
INSERT INTO texts (print, text) VALUES (?, ?);

-- name: find_verdicts
-- A verdict's key.
SELECT verdict_key FROM verdicts WHERE print = ?;

-- name: add_verdicts
-- A verdict that is new.
INSERT INTO verdicts (print, action, reason, status, code, status_code) VALUES (?, ?, ?, ?, ?, ?);

-- name: insert_entries
-- Rows of lists.
INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_snapshots
-- Lists.
INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_polls
-- Looks at rooms.
INSERT INTO polls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_quarantine
-- Rows that could not be read.
INSERT INTO quarantine VALUES (?, ?, ?, ?);

-- name: insert_stays
-- Users who came into a list.
INSERT INTO stays VALUES (?, ?, ?, NULL, ?, NULL);

-- name: insert_arrivals
-- The same users, and their rooms.
INSERT INTO arrivals VALUES (?, ?);

-- name: sort_arrivals
-- Have the rooms of users who came lately found by an index.
INSERT OR IGNORE INTO visits SELECT user_key, room_key FROM arrivals ORDER BY user_key, room_key;

-- name: clear_arrivals
-- When they are sorted in.
DELETE FROM arrivals;

-- name: end_stays
-- Users who left a list: when they were last in it, and with what; the list without them.
UPDATE stays SET until_ms = ?, last_score = ? WHERE room_key = ? AND user_key = ? AND until_ms IS NULL AND since_ms < ?;

-- name: advance_rooms
-- What is known of a room after its polls.
UPDATE rooms SET fence = ?, last_captured_ms = ?, last_polled_ms = ?, last_snapshot = ?, last_print = ?, anchor_id = ?,
  every = ?, every_max = ?, priority = ?, last_outcome = ?, ended_ms = ?
WHERE room_key = ?;

-- name: see_profiles
-- A user's latest look, unless a later list has told another.
UPDATE users SET profile_key = ?1, profile_ms = ?2 WHERE user_key = ?3 AND profile_ms <= ?2;

-- name: seen_earlier
-- Users of a list that came late.
UPDATE users SET first_seen_ms = ?1 WHERE user_key = ?2 AND first_seen_ms > ?1;

-- name: count_room_days
-- What happened in a room on a day, added to what is known of it. Coins end at giving.MOST.
INSERT INTO room_days VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, room_key) DO UPDATE SET
  polls = polls + excluded.polls, failures = failures + excluded.failures, lists = lists + excluded.lists,
  entries = entries + excluded.entries, coins = min(coins + excluded.coins, 4611686018427387903);

-- name: count_giver_days
-- What a user gave on a day, added to what is known of it.
INSERT INTO giver_days VALUES (?, ?, ?) ON CONFLICT (day, user_key) DO UPDATE SET coins = min(coins + excluded.coins, 4611686018427387903);
