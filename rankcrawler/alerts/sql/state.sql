-- The file in which alerts are kept: rules, how far the store was read, what has fired, and what is to be delivered.
-- Moments are milliseconds since 1970. `:name` takes a value.

-- name: create
CREATE TABLE rules (
  key            TEXT PRIMARY KEY,
  name           TEXT NOT NULL UNIQUE,
  rule           TEXT NOT NULL,           -- as JSON
  muted_until_ms INTEGER,
  is_armed       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE cursors (                    -- how far the lists of a room were read
  store      TEXT NOT NULL,
  room_key   INTEGER NOT NULL,
  room_id    TEXT NOT NULL,
  counted_ms INTEGER NOT NULL,            -- the last list that counts
  listed_ms  INTEGER NOT NULL,            -- the last list
  PRIMARY KEY (store, room_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE known (                      -- what else was seen: sessions, silences, dead letters
  store TEXT NOT NULL,
  thing TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (store, thing)
) STRICT, WITHOUT ROWID;
CREATE TABLE firings (
  id       TEXT PRIMARY KEY,
  rule     TEXT NOT NULL,
  subject  TEXT NOT NULL,
  at_ms    INTEGER NOT NULL,
  fired_ms INTEGER NOT NULL,
  fate     TEXT NOT NULL,
  firing   TEXT NOT NULL                  -- as JSON
) STRICT;
CREATE INDEX firings_of_subject ON firings (rule, subject, at_ms);
CREATE INDEX firings_by_time ON firings (fired_ms);
CREATE TABLE held (                       -- firings of quiet hours, until these end
  target   TEXT NOT NULL,
  firing   TEXT NOT NULL REFERENCES firings,
  until_ms INTEGER NOT NULL,
  PRIMARY KEY (target, firing)
) STRICT, WITHOUT ROWID;
CREATE TABLE messages (
  id       TEXT PRIMARY KEY,
  target   TEXT NOT NULL,
  state    TEXT NOT NULL,                 -- waiting | sent | given_up
  made_ms  INTEGER NOT NULL,
  due_ms   INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  problem  TEXT NOT NULL DEFAULT '',
  ended_ms INTEGER
) STRICT;
CREATE INDEX messages_due ON messages (due_ms) WHERE state = 'waiting';
CREATE TABLE parts (                      -- the firings of a message
  message TEXT NOT NULL REFERENCES messages,
  firing  TEXT NOT NULL REFERENCES firings,
  PRIMARY KEY (message, firing)
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_of_firing ON parts (firing);
CREATE TABLE loop (                       -- one record: the process that looks and delivers
  pid      INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,
  seen_ms  INTEGER NOT NULL,
  trouble  TEXT NOT NULL,
  targets  TEXT NOT NULL                  -- their names, as JSON
) STRICT;

-- name: rules
SELECT r.rule, r.muted_until_ms, r.is_armed, (SELECT max(f.fired_ms) FROM firings f WHERE f.rule = r.key)
FROM rules r ORDER BY r.name;

-- name: add_rule
INSERT INTO rules (key, name, rule) VALUES (:key, :name, :rule);

-- name: remove_rule
DELETE FROM rules WHERE name = :name RETURNING key;

-- name: mute_rule
UPDATE rules SET muted_until_ms = :until_ms WHERE name = :name RETURNING key;

-- name: arm_rule
UPDATE rules SET is_armed = 1 WHERE key = :key;

-- name: cursors
SELECT room_key, room_id, counted_ms, listed_ms FROM cursors WHERE store = :store;

-- name: move_cursor
INSERT OR REPLACE INTO cursors (store, room_key, room_id, counted_ms, listed_ms)
VALUES (:store, :room_key, :room_id, :counted_ms, :listed_ms);

-- name: known
SELECT thing, value FROM known WHERE store = :store;

-- name: learn
INSERT OR REPLACE INTO known (store, thing, value) VALUES (:store, :thing, :value);

-- name: forget
DELETE FROM known WHERE store = :store AND thing = :thing;

-- name: known_firing
SELECT 1 FROM firings WHERE id = :id;

-- name: add_firing
INSERT INTO firings (id, rule, subject, at_ms, fired_ms, fate, firing)
VALUES (:id, :rule, :subject, :at_ms, :fired_ms, :fate, :firing);

-- name: last_told
SELECT max(at_ms) FROM firings WHERE rule = :rule AND subject = :subject AND fate IN ('sent', 'held', 'no_target');

-- name: untold
SELECT count(*) FROM firings
WHERE rule = :rule AND subject = :subject AND fate = 'cool_down' AND at_ms > :since_ms AND at_ms < :until_ms;

-- name: hold
INSERT OR IGNORE INTO held (target, firing, until_ms) VALUES (:target, :firing, :until_ms);

-- name: held_until
SELECT h.target, h.firing FROM held h JOIN firings f ON f.id = h.firing WHERE h.until_ms <= :now_ms ORDER BY h.target, f.at_ms;

-- name: release
DELETE FROM held WHERE target = :target AND firing = :firing;

-- name: add_message
INSERT OR IGNORE INTO messages (id, target, state, made_ms, due_ms) VALUES (:id, :target, 'waiting', :now_ms, :now_ms);

-- name: add_part
INSERT OR IGNORE INTO parts (message, firing) VALUES (:message, :firing);

-- name: due
SELECT id, target, made_ms, attempts FROM messages WHERE state = 'waiting' AND due_ms <= :now_ms ORDER BY made_ms LIMIT 100;

-- name: parts
SELECT f.firing, f.fired_ms FROM parts p JOIN firings f ON f.id = p.firing WHERE p.message = :message ORDER BY f.at_ms, f.id;

-- name: begin_attempt
UPDATE messages SET attempts = attempts + 1, due_ms = :due_ms WHERE id = :id;

-- name: end_message
UPDATE messages SET state = :state, problem = :problem, ended_ms = :now_ms WHERE id = :id;

-- name: postpone
UPDATE messages SET problem = :problem, due_ms = :due_ms WHERE id = :id;

-- name: history
SELECT f.firing, f.fired_ms, f.fate, (
  SELECT json_group_array(json_object('target', m.target, 'state', m.state, 'attempts', m.attempts, 'problem', m.problem))
  FROM parts p JOIN messages m ON m.id = p.message WHERE p.firing = f.id
) FROM firings f WHERE f.fired_ms < :before_ms ORDER BY f.fired_ms DESC, f.at_ms DESC, f.id LIMIT :limit;

-- name: overview
SELECT (SELECT coalesce(max(rowid), 0) FROM firings), (SELECT max(fired_ms) FROM firings),
  (SELECT coalesce(max(rowid), 0) FROM messages), count(*), coalesce(sum(attempts), 0)
FROM messages WHERE state = 'waiting';

-- name: overview_of_rules
SELECT key, muted_until_ms FROM rules ORDER BY key;

-- name: waiting
SELECT count(*), min(made_ms) FROM messages WHERE state = 'waiting';

-- name: loop
SELECT pid, since_ms, seen_ms, trouble, targets FROM loop;

-- name: clear_loop
DELETE FROM loop;

-- name: note_loop
INSERT INTO loop (pid, since_ms, seen_ms, trouble, targets) VALUES (:pid, :since_ms, :seen_ms, :trouble, :targets);

-- name: old_parts
DELETE FROM parts WHERE firing IN (SELECT id FROM firings WHERE fired_ms < :before_ms)
  AND message IN (SELECT id FROM messages WHERE state <> 'waiting');

-- name: old_messages
DELETE FROM messages WHERE state <> 'waiting' AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.message = messages.id);

-- name: old_firings
DELETE FROM firings WHERE fired_ms < :before_ms AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.firing = firings.id)
  AND NOT EXISTS (SELECT 1 FROM held h WHERE h.firing = firings.id);
