-- Version 3. Moments are integers: milliseconds since 1970, UTC. Days are days since 1970. docs/store.md says why.

CREATE TABLE sources (                   -- gateways
  source_key INTEGER PRIMARY KEY,
  source     TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE rooms (                     -- every list that was ever polled, and what is known of it now
  room_key         INTEGER PRIMARY KEY,
  source_key       INTEGER NOT NULL REFERENCES sources,
  kind             TEXT NOT NULL,        -- ranklist | audience
  room_id          TEXT NOT NULL,
  anchor_id        TEXT,
  every            REAL,                 -- seconds between polls, as the last poll's job said; null: polled once
  every_max        REAL,                 -- up to how many, where the room adapts
  priority         INTEGER NOT NULL,
  first_polled_ms  INTEGER NOT NULL,
  last_polled_ms   INTEGER NOT NULL,
  last_outcome     TEXT NOT NULL,        -- of the last poll: as in polls; '' before it
  ended_ms         INTEGER,              -- when a poll found the room gone; null once it is back
  fence            INTEGER NOT NULL,     -- the newest lease under which the room was written
  last_captured_ms INTEGER NOT NULL,     -- of the last list; -1 before it
  last_snapshot    INTEGER,              -- the list that the room had then
  last_print       BLOB,                 -- its fingerprint
  UNIQUE (room_id, kind, source_key)
) STRICT;

CREATE INDEX rooms_recurring ON rooms (source_key, room_key) WHERE every IS NOT NULL AND ended_ms IS NULL;

CREATE TABLE users (                     -- every contributor; anonymised rows belong to none
  user_key      INTEGER PRIMARY KEY,
  source_key    INTEGER NOT NULL REFERENCES sources,
  user_id       TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  profile_key   INTEGER,                 -- the latest, as of the list of
  profile_ms    INTEGER NOT NULL,
  UNIQUE (user_id, source_key)
) STRICT;

CREATE TABLE profiles (                  -- how users have looked: a row for each look, however often it was seen
  profile_key  INTEGER PRIMARY KEY,
  print        BLOB NOT NULL UNIQUE,     -- 128 bits over the other columns
  user_key     INTEGER REFERENCES users, -- null: an anonymised row
  display_id   TEXT,
  sec_uid      TEXT,
  nickname     TEXT,
  gender       INTEGER,
  avatar_url   TEXT,
  is_hidden    INTEGER,
  is_anonymous INTEGER NOT NULL,
  is_mystery   INTEGER
) STRICT;

CREATE INDEX profiles_of_user ON profiles (user_key) WHERE user_key IS NOT NULL;

CREATE TABLE grades (                    -- levels, and what their words say of a user's spending
  grade_key              INTEGER PRIMARY KEY,
  print                  BLOB NOT NULL UNIQUE,
  pay_grade_level        INTEGER,
  this_grade_min_diamond INTEGER,
  this_grade_max_diamond INTEGER,
  grade_describe         TEXT,
  lifetime_diamonds_min  INTEGER,
  lifetime_diamonds_max  INTEGER
) STRICT;

CREATE TABLE clubs (                     -- memberships of fan clubs
  club_key         INTEGER PRIMARY KEY,
  print            BLOB NOT NULL UNIQUE,
  fans_club_name   TEXT,
  fans_club_level  INTEGER,
  fans_club_member INTEGER
) STRICT;

CREATE TABLE texts (                     -- short texts that many rows have: display scores, flags, audiences
  text_key INTEGER PRIMARY KEY,
  print    BLOB NOT NULL UNIQUE,
  text     TEXT NOT NULL
) STRICT;

CREATE TABLE verdicts (                  -- why polls failed
  verdict_key INTEGER PRIMARY KEY,
  print       BLOB NOT NULL UNIQUE,
  action      TEXT NOT NULL,             -- retry | wait | gone | stop
  reason      TEXT NOT NULL,
  status      INTEGER,                   -- HTTP; null where no answer came
  code        INTEGER,
  status_code INTEGER
) STRICT;

CREATE TABLE snapshots (                 -- every list that differed from the one before, or began a day
  snapshot_key INTEGER PRIMARY KEY,      -- captured_ms × 2^20 + room_key mod 2^20, or the next that is free
  room_key     INTEGER NOT NULL REFERENCES rooms,
  base_key     INTEGER NOT NULL,         -- the list of the same room that is written whole; itself where it is
  step         INTEGER NOT NULL,         -- how many lists after it: their rows lie over each other by position
  captured_ms  INTEGER NOT NULL,
  polled_ms    INTEGER NOT NULL,
  entry_count  INTEGER NOT NULL,
  anchor_id    TEXT,
  currency     INTEGER REFERENCES texts,
  has_more     INTEGER,
  flags        INTEGER REFERENCES texts, -- separated by spaces
  digest       BLOB NOT NULL
) STRICT;

CREATE INDEX snapshots_chain ON snapshots (base_key, step);

CREATE TABLE entries (                   -- the rows of the lists that differ from the row at their position before
  snapshot_key    INTEGER NOT NULL,
  position        INTEGER NOT NULL,      -- 1…n even where ranks repeat
  rank            INTEGER NOT NULL,
  score           INTEGER,
  exactly_score   INTEGER,               -- of texts; 0 where it is the score in words, as store/words.py has it
  score_precision INTEGER NOT NULL,      -- 0 exact, 1 rounded, 2 withheld
  delta           INTEGER,               -- where it is not the gap to the row above, 0 at position 1 and without scores
  has_no_delta    INTEGER,               -- 1: the gateway told none; else null
  profile_key     INTEGER NOT NULL REFERENCES profiles,
  grade_key       INTEGER NOT NULL REFERENCES grades,
  club_key        INTEGER NOT NULL REFERENCES clubs,
  flags           INTEGER REFERENCES texts,
  PRIMARY KEY (snapshot_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (                -- rows of lists that could not be read, or not be stored
  snapshot_key INTEGER NOT NULL,
  position     INTEGER NOT NULL,         -- where the row stood in the answer
  path         TEXT NOT NULL,            -- the JSON path of what is wrong
  reason       TEXT NOT NULL,
  PRIMARY KEY (snapshot_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE polls (                     -- every look at a room, and what came of it
  room_key        INTEGER NOT NULL REFERENCES rooms,
  at_ms           INTEGER NOT NULL,      -- the list's own clock; the worker's where there was no list
  is_answered     INTEGER NOT NULL,      -- 0: there was no list
  polled_ms       INTEGER NOT NULL,
  outcome         TEXT NOT NULL,         -- stored | unchanged | empty | withheld | failed
  snapshot_key    INTEGER,               -- the list that the room had then; null where the poll failed
  total           INTEGER,
  user_count_desc INTEGER REFERENCES texts,
  verdict_key     INTEGER REFERENCES verdicts,
  attempt         INTEGER,
  PRIMARY KEY (room_key, at_ms, is_answered)
) STRICT, WITHOUT ROWID;

CREATE TABLE stays (                     -- when users came into lists and left them
  room_key    INTEGER NOT NULL REFERENCES rooms,
  user_key    INTEGER NOT NULL REFERENCES users,
  since_ms    INTEGER NOT NULL,          -- the first list with the user in it
  until_ms    INTEGER,                   -- the last; null while there is no list without
  first_score INTEGER,
  last_score  INTEGER,                   -- null while the stay goes on
  PRIMARY KEY (room_key, user_key, since_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE visits (                    -- in which rooms' lists users ever were: what finds a user's stays
  user_key INTEGER NOT NULL REFERENCES users,
  room_key INTEGER NOT NULL REFERENCES rooms,
  PRIMARY KEY (user_key, room_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE arrivals (                  -- the same, of those who came lately: some ten thousand rows, not sorted in yet
  user_key INTEGER NOT NULL,
  room_key INTEGER NOT NULL
) STRICT;

CREATE TABLE room_days (                 -- what happened in a room on a day
  day      INTEGER NOT NULL,
  room_key INTEGER NOT NULL REFERENCES rooms,
  polls    INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  lists    INTEGER NOT NULL,
  entries  INTEGER NOT NULL,
  coins    INTEGER NOT NULL,
  PRIMARY KEY (day, room_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX room_days_by_coins ON room_days (day, coins);

CREATE TABLE giver_days (                -- what users gave on a day
  day      INTEGER NOT NULL,
  user_key INTEGER NOT NULL REFERENCES users,
  coins    INTEGER NOT NULL,
  PRIMARY KEY (day, user_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX giver_days_by_coins ON giver_days (day, coins);
