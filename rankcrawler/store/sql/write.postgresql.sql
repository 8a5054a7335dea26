-- Writing, as PostgreSQL has it: a query for all rows, which come as one array a column. `?` takes a value.
-- Rows are COPYed into snapshots, entries, polls, quarantine, stays and arrivals.

-- name: find_rooms
-- What the store knows of rooms, and of the chains that their last lists belong to; nobody else may write them until we
-- have, and they are taken in their order.
SELECT r.room_id, r.kind, r.source_key, r.room_key, r.fence, r.last_captured_ms, r.last_polled_ms, r.last_snapshot, r.last_print, s.base_key, s.step,
  s.entry_count, r.anchor_id, r.every, r.every_max, r.priority, r.last_outcome, r.ended_ms
FROM unnest(?::text[], ?::text[], ?::int[]) WITH ORDINALITY AS w (room_id, kind, source_key, place)
JOIN rooms r USING (room_id, kind, source_key) LEFT JOIN snapshots s ON s.snapshot_key = r.last_snapshot
ORDER BY w.place FOR UPDATE OF r;

-- name: add_rooms
-- Rooms that were never polled before; what is known of them comes with advance_rooms.
INSERT INTO rooms (room_id, kind, source_key, priority, first_polled_ms, last_polled_ms, last_outcome, fence,
  last_captured_ms)
SELECT a, b, c, 0, d, -1, '', 0, -1 FROM unnest(?::text[], ?::text[], ?::int[], ?::bigint[]) AS w (a, b, c, d)
ON CONFLICT DO NOTHING;

-- name: find_users
-- Contributors' keys.
SELECT u.source_key, u.user_id, u.user_key
FROM unnest(?::int[], ?::text[]) AS w (source_key, user_id) JOIN users u USING (source_key, user_id);

-- name: add_users
-- Contributors who are new.
INSERT INTO users (source_key, user_id, first_seen_ms, profile_ms)
SELECT a, b, c, -1 FROM unnest(?::int[], ?::text[], ?::bigint[]) AS w (a, b, c) ON CONFLICT DO NOTHING;

-- name: find_profiles
-- The keys of looks.
SELECT print, profile_key FROM profiles WHERE print = ANY(?::bytea[]);

-- name: add_profiles
-- Looks that are new.
INSERT INTO profiles (print, user_key, display_id, sec_uid, nickname, gender, avatar_url, is_hidden, is_anonymous,
  is_mystery)
SELECT * FROM unnest(?::bytea[], ?::int[], ?::text[], ?::text[], ?::text[], ?::smallint[], ?::text[], ?::smallint[],
  ?::smallint[], ?::smallint[]) ON CONFLICT DO NOTHING;

-- name: find_grades
-- The keys of levels.
SELECT print, grade_key FROM grades WHERE print = ANY(?::bytea[]);

-- name: add_grades
-- Levels, with their words, that are new.
INSERT INTO grades (print, pay_grade_level, this_grade_min_diamond, this_grade_max_diamond, grade_describe,
  lifetime_diamonds_min, lifetime_diamonds_max)
SELECT * FROM unnest(?::bytea[], ?::int[], ?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[])
ON CONFLICT DO NOTHING;

-- name: find_clubs
-- The keys of memberships.
SELECT print, club_key FROM clubs WHERE print = ANY(?::bytea[]);

-- name: add_clubs
-- Memberships that are new.
INSERT INTO clubs (print, fans_club_name, fans_club_level, fans_club_member)
SELECT * FROM unnest(?::bytea[], ?::text[], ?::int[], ?::smallint[]) ON CONFLICT DO NOTHING;

-- name: find_texts
-- The keys of texts.
SELECT print, text_key FROM texts WHERE print = ANY(?::bytea[]);

-- name: add_texts
-- Texts that are new.
INSERT INTO texts (print, text) SELECT * FROM unnest(?::bytea[], ?::text[]) ON CONFLICT DO NOTHING;

-- name: find_verdicts
-- The keys of verdicts.
SELECT print, verdict_key FROM verdicts WHERE print = ANY(?::bytea[]);

-- name: add_verdicts
-- Verdicts that are new.
INSERT INTO verdicts (print, action, reason, status, code, status_code)
SELECT * FROM unnest(?::bytea[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[]) ON CONFLICT DO NOTHING;

-- name: sort_arrivals
-- Have the rooms of users who came lately found by an index; each is moved by one worker.
WITH moved AS (DELETE FROM arrivals RETURNING user_key, room_key)
INSERT INTO visits SELECT DISTINCT user_key, room_key FROM moved ORDER BY user_key, room_key ON CONFLICT DO NOTHING;

-- name: end_stays
-- Users who left lists: when they were last in them, and with what; the lists without them.
UPDATE stays SET until_ms = w.until_ms, last_score = w.score
FROM unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::bigint[]) AS w (until_ms, score, room_key, user_key, at_ms)
WHERE stays.room_key = w.room_key AND stays.user_key = w.user_key AND stays.until_ms IS NULL AND stays.since_ms = (
  SELECT max(y.since_ms) FROM stays y WHERE y.room_key = w.room_key AND y.user_key = w.user_key AND y.since_ms < w.at_ms
);

-- name: advance_rooms
-- What is known of rooms after their polls.
UPDATE rooms SET fence = w.c0, last_captured_ms = w.c1, last_polled_ms = w.c2, last_snapshot = w.c3, last_print = w.c4,
  anchor_id = w.c5, every = w.c6, every_max = w.c7, priority = w.c8, last_outcome = w.c9, ended_ms = w.c10
FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bytea[], ?::text[], ?::float8[], ?::float8[], ?::int[],
  ?::text[], ?::bigint[], ?::int[]) AS w (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, room_key)
WHERE rooms.room_key = w.room_key;

-- name: see_profiles
-- Users' latest looks, unless a later list has told others.
UPDATE users SET profile_key = w.profile_key, profile_ms = w.at_ms
FROM unnest(?::int[], ?::bigint[], ?::int[]) AS w (profile_key, at_ms, user_key)
WHERE users.user_key = w.user_key AND users.profile_ms <= w.at_ms;

-- name: seen_earlier
-- Users of lists that came late.
UPDATE users SET first_seen_ms = w.at_ms FROM unnest(?::bigint[], ?::int[]) AS w (at_ms, user_key)
WHERE users.user_key = w.user_key AND first_seen_ms > w.at_ms;

-- name: count_room_days
-- What happened in rooms on days, added to what is known of it. Coins end at increments.MOST.
INSERT INTO room_days AS d
SELECT * FROM unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
ON CONFLICT (day, room_key) DO UPDATE SET
  polls = d.polls + excluded.polls, failures = d.failures + excluded.failures, lists = d.lists + excluded.lists,
  entries = d.entries + excluded.entries, coins = least(d.coins + excluded.coins, 4611686018427387903);

-- name: count_giver_days
-- What users gave on days, added to what is known of it.
INSERT INTO giver_days AS d SELECT * FROM unnest(?::int[], ?::int[], ?::bigint[])
ON CONFLICT (day, user_key) DO UPDATE SET coins = least(d.coins + excluded.coins, 4611686018427387903);
