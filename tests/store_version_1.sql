-- Version 1. Ids are text: they pass 2^53. Times are ISO 8601 in UTC, so text order is time order.

CREATE TABLE rooms (                     -- every room that was ever polled
  room_key         INTEGER PRIMARY KEY,
  source           TEXT NOT NULL,        -- the gateway's name
  room_id          TEXT NOT NULL,
  anchor_id        TEXT,
  first_polled_at  TEXT NOT NULL,
  last_polled_at   TEXT NOT NULL,
  last_captured_at TEXT NOT NULL,
  last_digest      TEXT NOT NULL,        -- of the list at last_captured_at
  last_snapshot    INTEGER REFERENCES snapshots, -- which holds that list; null where it was empty
  fence            INTEGER NOT NULL,     -- the newest lease under which the room was written
  UNIQUE (source, room_id)
) STRICT;

CREATE TABLE users (                     -- every contributor, as last seen; anonymised rows belong to none
  user_key    INTEGER PRIMARY KEY,
  source      TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  sec_uid     TEXT,
  display_id  TEXT,
  nickname    TEXT,
  gender      INTEGER,
  avatar_url  TEXT,
  first_seen  TEXT NOT NULL,
  last_seen   TEXT NOT NULL,
  UNIQUE (source, user_id)
) STRICT;

CREATE TABLE snapshots (                 -- every list that differed from the one before
  snapshot_key    INTEGER PRIMARY KEY,
  room_key        INTEGER NOT NULL REFERENCES rooms,
  source          TEXT NOT NULL,
  room_id         TEXT NOT NULL,
  anchor_id       TEXT,
  captured_at     TEXT NOT NULL,         -- the list's own clock
  polled_at       TEXT NOT NULL,         -- the worker's clock
  total           INTEGER,
  user_count_desc TEXT,
  currency        TEXT,
  has_more        INTEGER,
  entry_count     INTEGER NOT NULL,
  digest          TEXT NOT NULL,
  flags           TEXT,                  -- separated by spaces
  fence           INTEGER NOT NULL,
  UNIQUE (room_key, captured_at)
) STRICT;

CREATE TABLE entries (                   -- the rows of the lists
  snapshot_key           INTEGER NOT NULL REFERENCES snapshots,
  rank                   INTEGER NOT NULL,
  position               INTEGER NOT NULL, -- where the row stood: 1…n even where ranks repeat
  score                  INTEGER,
  exactly_score          TEXT,
  score_precision        TEXT NOT NULL,
  delta                  INTEGER,
  user_id                TEXT,
  display_id             TEXT,
  sec_uid                TEXT,
  nickname               TEXT,
  gender                 INTEGER,
  avatar_url             TEXT,
  pay_grade_level        INTEGER,
  this_grade_min_diamond INTEGER,
  this_grade_max_diamond INTEGER,
  grade_describe         TEXT,
  lifetime_diamonds_min  INTEGER,
  lifetime_diamonds_max  INTEGER,
  fans_club_name         TEXT,
  fans_club_level        INTEGER,
  fans_club_member       INTEGER,
  is_hidden              INTEGER,
  is_anonymous           INTEGER NOT NULL,
  is_mystery             INTEGER,
  flags                  TEXT,
  PRIMARY KEY (snapshot_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (                -- rows of answers that could not be read
  room_key    INTEGER NOT NULL REFERENCES rooms,
  captured_at TEXT NOT NULL,             -- with room_key: the poll
  position    INTEGER NOT NULL,          -- where the row stood in the answer
  path        TEXT NOT NULL,             -- the JSON path of what is wrong
  reason      TEXT NOT NULL,
  PRIMARY KEY (room_key, captured_at, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE polls (                     -- every look at a room, and what came of it
  room_key        INTEGER NOT NULL REFERENCES rooms,
  captured_at     TEXT NOT NULL,
  polled_at       TEXT NOT NULL,
  outcome         TEXT NOT NULL,         -- stored | unchanged | empty
  snapshot_key    INTEGER REFERENCES snapshots, -- the list that the room had then; null where it was empty
  total           INTEGER,
  user_count_desc TEXT,
  PRIMARY KEY (room_key, captured_at)
) STRICT, WITHOUT ROWID;
