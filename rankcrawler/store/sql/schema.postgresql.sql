-- Version 3. Moments are integers: milliseconds since 1970, UTC. Days are days since 1970. docs/store.md says why.

CREATE TABLE store (version INTEGER NOT NULL);   -- one row

INSERT INTO store VALUES (3);

CREATE TABLE sources (                   -- gateways
  source_key INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source     TEXT NOT NULL UNIQUE
);

CREATE TABLE rooms (                     -- every list that was ever polled, and what is known of it now
  room_key         INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_key       INTEGER NOT NULL,
  kind             TEXT NOT NULL,        -- ranklist | audience
  room_id          TEXT NOT NULL,
  anchor_id        TEXT,
  every            DOUBLE PRECISION,     -- seconds between polls, as the last poll's job said; null: polled once
  every_max        DOUBLE PRECISION,     -- up to how many, where the room adapts
  priority         INTEGER NOT NULL,
  first_polled_ms  BIGINT NOT NULL,
  last_polled_ms   BIGINT NOT NULL,
  last_outcome     TEXT NOT NULL,        -- of the last poll: as in polls; '' before it
  ended_ms         BIGINT,               -- when a poll found the room gone; null once it is back
  fence            BIGINT NOT NULL,      -- the newest lease under which the room was written
  last_captured_ms BIGINT NOT NULL,      -- of the last list; -1 before it
  last_snapshot    BIGINT,               -- the list that the room had then
  last_print       BYTEA,                -- its fingerprint
  UNIQUE (room_id, kind, source_key)
);

CREATE INDEX rooms_recurring ON rooms (source_key, room_key) WHERE every IS NOT NULL AND ended_ms IS NULL;

CREATE TABLE users (                     -- every contributor; anonymised rows belong to none
  user_key      INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_key    INTEGER NOT NULL,
  user_id       TEXT NOT NULL,
  first_seen_ms BIGINT NOT NULL,
  profile_key   INTEGER,                 -- the latest, as of the list of
  profile_ms    BIGINT NOT NULL,
  UNIQUE (user_id, source_key)
);

CREATE TABLE profiles (                  -- how users have looked: a row for each look, however often it was seen
  profile_key  INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  print        BYTEA NOT NULL UNIQUE,    -- 128 bits over the other columns
  user_key     INTEGER,                  -- null: an anonymised row
  display_id   TEXT,
  sec_uid      TEXT,
  nickname     TEXT,
  gender       SMALLINT,
  avatar_url   TEXT,
  is_hidden    SMALLINT,
  is_anonymous SMALLINT NOT NULL,
  is_mystery   SMALLINT
);

CREATE INDEX profiles_of_user ON profiles (user_key) WHERE user_key IS NOT NULL;

CREATE TABLE grades (                    -- levels, and what their words say of a user's spending
  grade_key              INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  print                  BYTEA NOT NULL UNIQUE,
  pay_grade_level        INTEGER,
  this_grade_min_diamond BIGINT,
  this_grade_max_diamond BIGINT,
  grade_describe         TEXT,
  lifetime_diamonds_min  BIGINT,
  lifetime_diamonds_max  BIGINT
);

CREATE TABLE clubs (                     -- memberships of fan clubs
  club_key         INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  print            BYTEA NOT NULL UNIQUE,
  fans_club_name   TEXT,
  fans_club_level  INTEGER,
  fans_club_member SMALLINT
);

CREATE TABLE texts (                     -- short texts that many rows have: display scores, flags, audiences
  text_key INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  print    BYTEA NOT NULL UNIQUE,
  text     TEXT NOT NULL
);

CREATE TABLE verdicts (                  -- why polls failed
  verdict_key INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  print       BYTEA NOT NULL UNIQUE,
  action      TEXT NOT NULL,             -- retry | wait | gone | stop
  reason      TEXT NOT NULL,
  status      INTEGER,                   -- HTTP; null where no answer came
  code        BIGINT,
  status_code BIGINT
);

CREATE TABLE snapshots (                 -- every list that differed from the one before, or began a day
  snapshot_key BIGINT PRIMARY KEY,       -- captured_ms × 2^20 + room_key mod 2^20, or the next that is free
  room_key     INTEGER NOT NULL,
  base_key     BIGINT NOT NULL,          -- the list of the same room that is written whole; itself where it is
  step         INTEGER NOT NULL,         -- how many lists after it: their rows lie over each other by position
  captured_ms  BIGINT NOT NULL,
  polled_ms    BIGINT NOT NULL,
  entry_count  INTEGER NOT NULL,
  anchor_id    TEXT,
  currency     INTEGER,
  has_more     SMALLINT,
  flags        INTEGER,                  -- separated by spaces
  digest       BYTEA NOT NULL
) PARTITION BY RANGE (snapshot_key);

CREATE INDEX snapshots_chain ON snapshots (base_key, step);

CREATE TABLE entries (                   -- the rows of the lists that differ from the row at their position before
  snapshot_key    BIGINT NOT NULL,
  position        INTEGER NOT NULL,      -- 1…n even where ranks repeat
  rank            INTEGER NOT NULL,
  score           BIGINT,
  exactly_score   INTEGER,               -- of texts; 0 where it is the score in words, as store/words.py has it
  score_precision SMALLINT NOT NULL,     -- 0 exact, 1 rounded, 2 withheld
  delta           BIGINT,                -- where it is not the gap to the row above, 0 at position 1 and without scores
  has_no_delta    SMALLINT,              -- 1: the gateway told none; else null
  profile_key     INTEGER NOT NULL,
  grade_key       INTEGER NOT NULL,
  club_key        INTEGER NOT NULL,
  flags           INTEGER,
  PRIMARY KEY (snapshot_key, position)
) PARTITION BY RANGE (snapshot_key);

CREATE TABLE quarantine (                -- rows of lists that could not be read, or not be stored
  snapshot_key BIGINT NOT NULL,
  position     INTEGER NOT NULL,         -- where the row stood in the answer
  path         TEXT NOT NULL,            -- the JSON path of what is wrong
  reason       TEXT NOT NULL,
  PRIMARY KEY (snapshot_key, position)
) PARTITION BY RANGE (snapshot_key);

CREATE TABLE polls (                     -- every look at a room, and what came of it
  room_key        INTEGER NOT NULL,
  at_ms           BIGINT NOT NULL,       -- the list's own clock; the worker's where there was no list
  is_answered     SMALLINT NOT NULL,     -- 0: there was no list
  polled_ms       BIGINT NOT NULL,
  outcome         TEXT NOT NULL,         -- stored | unchanged | empty | withheld | failed
  snapshot_key    BIGINT,                -- the list that the room had then; null where the poll failed
  total           BIGINT,
  user_count_desc INTEGER,
  verdict_key     INTEGER,
  attempt         INTEGER,
  PRIMARY KEY (room_key, at_ms, is_answered)
) PARTITION BY RANGE (at_ms);

CREATE TABLE stays (                     -- when users came into lists and left them
  room_key    INTEGER NOT NULL,
  user_key    INTEGER NOT NULL,
  since_ms    BIGINT NOT NULL,           -- the first list with the user in it
  until_ms    BIGINT,                    -- the last; null while there is no list without
  first_score BIGINT,
  last_score  BIGINT,                    -- null while the stay goes on
  PRIMARY KEY (room_key, user_key, since_ms)
);

CREATE TABLE visits (                    -- in which rooms' lists users ever were: what finds a user's stays
  user_key INTEGER NOT NULL,
  room_key INTEGER NOT NULL,
  PRIMARY KEY (user_key, room_key)
);

CREATE TABLE arrivals (                  -- the same, of those who came lately: some ten thousand rows, not sorted in yet
  user_key INTEGER NOT NULL,
  room_key INTEGER NOT NULL
);

CREATE TABLE room_days (                 -- what happened in a room on a day
  day      INTEGER NOT NULL,
  room_key INTEGER NOT NULL,
  polls    BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  lists    BIGINT NOT NULL,
  entries  BIGINT NOT NULL,
  coins    BIGINT NOT NULL,
  PRIMARY KEY (day, room_key)
);

CREATE INDEX room_days_by_coins ON room_days (day, coins);

CREATE TABLE giver_days (                -- what users gave on a day
  day      INTEGER NOT NULL,
  user_key INTEGER NOT NULL,
  coins    BIGINT NOT NULL,
  PRIMARY KEY (day, user_key)
);

CREATE INDEX giver_days_by_coins ON giver_days (day, coins);

-- Beside a partition for each day: what a clock far from the worker's says it captured.
CREATE TABLE snapshots_other PARTITION OF snapshots DEFAULT;
CREATE TABLE entries_other PARTITION OF entries DEFAULT;
CREATE TABLE quarantine_other PARTITION OF quarantine DEFAULT;
CREATE TABLE polls_other PARTITION OF polls DEFAULT;
