-- Writing, as SQLite has it: `VALUES (?, …)` stands for as many rows as there are. `?` takes a value. CROSS JOIN has
-- SQLite look for each of those rows by an index.

-- name: find_rooms
-- What the store knows of rooms, and of the chains that their last lists belong to.
SELECT r.room_id, r.kind, r.source_key, r.room_key, r.fence, r.last_captured_ms, r.last_polled_ms, r.last_snapshot,
  r.last_print, s.base_key, s.step, s.entry_count, r.anchor_id, r.every, r.every_max, r.priority, r.last_outcome,
  r.ended_ms
FROM (VALUES (?, ?, ?)) w CROSS JOIN rooms r ON r.room_id = w.column1 AND r.kind = w.column2 AND r.source_key = w.column3
LEFT JOIN snapshots s ON s.snapshot_key = r.last_snapshot;

-- name: add_rooms
-- Rooms that were never polled before; what is known of them comes with advance_rooms.
INSERT INTO rooms (room_id, kind, source_key, first_polled_ms, priority, last_polled_ms, last_outcome, fence,
  last_captured_ms)
SELECT column1, column2, column3, column4, 0, -1, '', 0, -1 FROM (VALUES (?, ?, ?, ?)) WHERE true ON CONFLICT DO NOTHING;

-- name: find_users
-- Contributors' keys.
SELECT u.source_key, u.user_id, u.user_key
FROM (VALUES (?, ?)) w CROSS JOIN users u ON u.source_key = w.column1 AND u.user_id = w.column2;

-- name: add_users
-- Contributors who are new.
INSERT INTO users (source_key, user_id, first_seen_ms, profile_ms)
SELECT column1, column2, column3, -1 FROM (VALUES (?, ?, ?));

-- name: find_profiles
-- The keys of looks.
SELECT print, profile_key FROM profiles WHERE print IN (VALUES (?));

-- name: add_profiles
-- Looks that are new.
INSERT INTO profiles (print, user_key, display_id, sec_uid, nickname, gender, avatar_url, is_hidden, is_anonymous,
  is_mystery)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: find_grades
-- The keys of levels.
SELECT print, grade_key FROM grades WHERE print IN (VALUES (?));

-- name: add_grades
-- Levels, with their words, that are new.
INSERT INTO grades (print, pay_grade_level, this_grade_min_diamond, this_grade_max_diamond, grade_describe,
  lifetime_diamonds_min, lifetime_diamonds_max)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: find_clubs
-- The keys of memberships.
SELECT print, club_key FROM clubs WHERE print IN (VALUES (?));

-- name: add_clubs
-- Memberships that are new.
INSERT INTO clubs (print, fans_club_name, fans_club_level, fans_club_member) VALUES (?, ?, ?, ?);

-- name: find_texts
-- The keys of texts.
SELECT print, text_key FROM texts WHERE print IN (VALUES (?));

-- name: add_texts
-- Texts that are new.
INSERT INTO texts (print, text) VALUES (?, ?);

-- name: find_verdicts
-- The keys of verdicts.
SELECT print, verdict_key FROM verdicts WHERE print IN (VALUES (?));

-- name: add_verdicts
-- Verdicts that are new.
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
-- Users who left lists: when they were last in them, and with what; the lists without them.
UPDATE stays SET until_ms = w.column1, last_score = w.column2 FROM (VALUES (?, ?, ?, ?, ?)) w
WHERE room_key = w.column3 AND user_key = w.column4 AND until_ms IS NULL AND since_ms = (
  SELECT max(y.since_ms) FROM stays y WHERE y.room_key = w.column3 AND y.user_key = w.column4 AND y.since_ms < w.column5
);

-- name: advance_rooms
-- What is known of rooms after their polls.
UPDATE rooms SET fence = w.column1, last_captured_ms = w.column2, last_polled_ms = w.column3, last_snapshot = w.column4,
  last_print = w.column5, anchor_id = w.column6, every = w.column7, every_max = w.column8, priority = w.column9,
  last_outcome = w.column10, ended_ms = w.column11
FROM (VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) w WHERE room_key = w.column12;

-- name: see_profiles
-- Users' latest looks, unless a later list has told others.
UPDATE users SET profile_key = w.column1, profile_ms = w.column2 FROM (VALUES (?, ?, ?)) w
WHERE user_key = w.column3 AND profile_ms <= w.column2;

-- name: seen_earlier
-- Users of lists that came late.
UPDATE users SET first_seen_ms = w.column1 FROM (VALUES (?, ?)) w WHERE user_key = w.column2 AND first_seen_ms > w.column1;

-- name: count_room_days
-- What happened in rooms on days, added to what is known of it. Coins end at increments.MOST.
INSERT INTO room_days VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, room_key) DO UPDATE SET
  polls = polls + excluded.polls, failures = failures + excluded.failures, lists = lists + excluded.lists,
  entries = entries + excluded.entries, coins = min(coins + excluded.coins, 4611686018427387903);

-- name: count_giver_days
-- What users gave on days, added to what is known of it.
INSERT INTO giver_days VALUES (?, ?, ?) ON CONFLICT (day, user_key) DO UPDATE SET coins = min(coins + excluded.coins, 4611686018427387903);
