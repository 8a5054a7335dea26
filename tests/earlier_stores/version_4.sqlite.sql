PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE arrivals (                    -- the latest visits, some ten thousand, not sorted in yet
  user_key INTEGER NOT NULL,
  room_key INTEGER NOT NULL
) STRICT;
INSERT INTO arrivals VALUES(1,1);
INSERT INTO arrivals VALUES(2,1);
INSERT INTO arrivals VALUES(3,2);
INSERT INTO arrivals VALUES(1,2);
INSERT INTO arrivals VALUES(2,1);
INSERT INTO arrivals VALUES(1,1);
INSERT INTO arrivals VALUES(4,3);
CREATE TABLE clubs (                       -- memberships of fan clubs
  club_key INTEGER PRIMARY KEY,
  fingerprint    BLOB NOT NULL UNIQUE,
  fans_club_name TEXT,
  fans_club_level INTEGER,
  fans_club_member INTEGER
) STRICT;
INSERT INTO clubs VALUES(1,X'6039BE8801E4199740FF42BF6D9ECBC7','粉丝团',3,1);
CREATE TABLE contributor_days (            -- what contributors gave on a day, by the lists of one kind
  day      INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  user_key INTEGER NOT NULL REFERENCES users,
  coins    INTEGER NOT NULL,
  PRIMARY KEY (day, kind, user_key)
) STRICT, WITHOUT ROWID;
INSERT INTO contributor_days VALUES(20780,'ranklist',2,20);
INSERT INTO contributor_days VALUES(20780,'ranklist',1,50);
INSERT INTO contributor_days VALUES(20781,'ranklist',2,5);
INSERT INTO contributor_days VALUES(20781,'ranklist',1,10);
CREATE INDEX contributor_days_by_coins ON contributor_days (day, kind, coins);
CREATE TABLE entries (                     -- rows of lists; of a delta list only those that differ from the list before
  snapshot_key    INTEGER NOT NULL,
  position        INTEGER NOT NULL,          -- 1…n, even if ranks repeat
  rank            INTEGER NOT NULL,
  score           INTEGER,
  exactly_score   INTEGER,                   -- of texts; 0: it is the score in words, as store/words.py writes it
  score_precision INTEGER NOT NULL,        -- 0 exact, 1 rounded, 2 withheld
  delta           INTEGER,                   -- null: the gap to the row above; 0 at position 1 and without scores
  has_no_delta    INTEGER,                 -- 1: the gateway stated none; else null
  profile_key     INTEGER NOT NULL REFERENCES profiles,
  grade_key       INTEGER NOT NULL REFERENCES grades,
  club_key        INTEGER NOT NULL REFERENCES clubs,
  flags           INTEGER REFERENCES texts,
  PRIMARY KEY (snapshot_key, position)
) STRICT, WITHOUT ROWID;
INSERT INTO entries VALUES(1882650260275200001,1,1,100,2,0,NULL,1,3,1,1,NULL);
INSERT INTO entries VALUES(1882650260275200001,2,2,50,0,0,NULL,1,2,1,1,3);
INSERT INTO entries VALUES(1882650260275200001,3,3,5,0,0,NULL,1,1,1,1,NULL);
INSERT INTO entries VALUES(1882650323189760001,1,1,130,2,0,NULL,1,3,1,1,NULL);
INSERT INTO entries VALUES(1882650386104320002,1,1,7,2,0,NULL,1,4,1,1,NULL);
INSERT INTO entries VALUES(1882650386104320002,2,2,NULL,NULL,2,NULL,1,3,1,1,3);
INSERT INTO entries VALUES(1882650511933440001,1,1,70,2,0,NULL,1,2,1,1,NULL);
INSERT INTO entries VALUES(1882650511933440001,2,2,20,0,0,NULL,1,3,1,1,3);
INSERT INTO entries VALUES(1882650574848000003,1,1,12,2,0,NULL,1,5,1,1,NULL);
INSERT INTO entries VALUES(1882740857241600001,1,1,75,2,0,NULL,1,2,1,1,NULL);
INSERT INTO entries VALUES(1882740857241600001,2,2,30,0,0,NULL,1,3,1,1,3);
CREATE TABLE grades (                      -- levels, and what they say of a contributor's spending
  grade_key INTEGER PRIMARY KEY,
  fingerprint     BLOB NOT NULL UNIQUE,
  pay_grade_level INTEGER,
  this_grade_min_diamond INTEGER,
  this_grade_max_diamond INTEGER,
  grade_describe TEXT,
  lifetime_diamonds_min INTEGER,
  lifetime_diamonds_max INTEGER
) STRICT;
INSERT INTO grades VALUES(1,X'26C66BF2A35F3E05A997EF40A801EF90',25,15000,20000,'距离26级还差1998抖币',18002,18002);
CREATE TABLE polls (                       -- every poll of a room, and its outcome
  room_key        INTEGER NOT NULL REFERENCES rooms,
  at_ms           INTEGER NOT NULL,          -- the list's own clock; the worker's for a failed poll
  is_answered     INTEGER NOT NULL,        -- 0: the poll failed
  polled_ms       INTEGER NOT NULL,
  outcome         TEXT NOT NULL,           -- stored | unchanged | empty | withheld | failed
  snapshot_key    INTEGER,                   -- the list that the room had then; null for a failed poll
  total           INTEGER,
  user_count_desc INTEGER REFERENCES texts,
  verdict_key     INTEGER REFERENCES verdicts,
  attempt         INTEGER,
  PRIMARY KEY (room_key, at_ms, is_answered)
) STRICT, WITHOUT ROWID;
INSERT INTO polls VALUES(1,1795435200000,1,1795435200000,'stored',1882650260275200001,39847,1,NULL,NULL);
INSERT INTO polls VALUES(1,1795435260000,1,1795435260000,'stored',1882650323189760001,39847,1,NULL,NULL);
INSERT INTO polls VALUES(1,1795435320000,1,1795435320000,'unchanged',1882650323189760001,39847,1,NULL,NULL);
INSERT INTO polls VALUES(1,1795435380000,1,1795435380000,'empty',1882650449018880001,39847,1,NULL,NULL);
INSERT INTO polls VALUES(1,1795435440000,1,1795435440000,'stored',1882650511933440001,39847,1,NULL,NULL);
INSERT INTO polls VALUES(1,1795435620000,0,1795435620000,'failed',NULL,NULL,NULL,2,1);
INSERT INTO polls VALUES(1,1795521600000,1,1795521600000,'stored',1882740857241600001,39847,1,NULL,NULL);
INSERT INTO polls VALUES(2,1795435320000,1,1795435320000,'stored',1882650386104320002,39847,1,NULL,NULL);
INSERT INTO polls VALUES(2,1795435560000,0,1795435560000,'failed',NULL,NULL,NULL,1,1);
INSERT INTO polls VALUES(3,1795435500000,1,1795435500000,'stored',1882650574848000003,39847,1,NULL,NULL);
CREATE TABLE profiles (                    -- how contributors appeared: each profile once, however often it was seen
  profile_key INTEGER PRIMARY KEY,
  fingerprint       BLOB NOT NULL UNIQUE,     -- 128 bits over the other columns
  user_key    INTEGER REFERENCES users,    -- null: an anonymised row
  display_id TEXT,
  sec_uid TEXT,
  nickname TEXT,
  gender INTEGER,
  avatar_url TEXT,
  is_hidden INTEGER,
  is_anonymous INTEGER NOT NULL,
  is_mystery INTEGER
) STRICT;
INSERT INTO profiles VALUES(1,X'19BFB4B9EFB8027A35BB333EBC684428',NULL,'handle None','MS4wNone','贡献者None',1,NULL,0,1,NULL);
INSERT INTO profiles VALUES(2,X'1CA2BDADA1847577CF631B9B9321D2E2',2,'handle 8','MS4w8','贡献者8',1,NULL,0,0,NULL);
INSERT INTO profiles VALUES(3,X'AE6B09BDD28A751BB89D3E0FBE1F5BE4',1,'handle 7','MS4w7','贡献者7',1,NULL,0,0,NULL);
INSERT INTO profiles VALUES(4,X'326EF2F691EE4CF618A438B58B11EEE7',3,'handle 9','MS4w9','贡献者9',1,NULL,0,0,NULL);
INSERT INTO profiles VALUES(5,X'58F175A8FC9DCF531B9F6ADCE54B9327',4,'handle 10','MS4w10','贡献者10',1,NULL,0,0,NULL);
CREATE INDEX profiles_of_user ON profiles (user_key) WHERE user_key IS NOT NULL;
CREATE TABLE quarantine (                  -- rows of lists that could not be read
  snapshot_key INTEGER NOT NULL,
  position     INTEGER NOT NULL,             -- the row's place in the answer
  path         TEXT NOT NULL,              -- the JSON path of what is wrong
  reason       TEXT NOT NULL,
  PRIMARY KEY (snapshot_key, position)
) STRICT, WITHOUT ROWID;
INSERT INTO quarantine VALUES(1882650511933440001,3,'$.data','odd');
CREATE TABLE room_days (                   -- what happened in a room on a day
  day      INTEGER NOT NULL,
  room_key INTEGER NOT NULL REFERENCES rooms,
  polls    INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  lists    INTEGER NOT NULL,
  entries  INTEGER NOT NULL,
  coins    INTEGER NOT NULL,
  PRIMARY KEY (day, room_key)
) STRICT, WITHOUT ROWID;
INSERT INTO room_days VALUES(20780,1,6,1,4,6,70);
INSERT INTO room_days VALUES(20780,2,2,1,1,2,0);
INSERT INTO room_days VALUES(20780,3,1,0,1,1,0);
INSERT INTO room_days VALUES(20781,1,1,0,1,2,15);
CREATE INDEX room_days_by_coins ON room_days (day, coins);
CREATE TABLE rooms (                       -- every room and kind of list that was ever polled, and its state now
  room_key         INTEGER PRIMARY KEY,
  source_key       INTEGER NOT NULL REFERENCES sources,
  kind             TEXT NOT NULL,          -- ranklist | audience
  room_id          TEXT NOT NULL,
  anchor_id        TEXT,
  every            REAL,                 -- seconds between polls, by the last poll's schedule; null: polled once
  every_max        REAL,                 -- the most seconds, for a room that adapts
  priority         INTEGER NOT NULL,
  first_polled_ms  INTEGER NOT NULL,
  last_polled_ms   INTEGER NOT NULL,
  last_outcome     TEXT NOT NULL,          -- of the last poll, as in polls; '' before it
  ended_ms         INTEGER,                  -- when a poll found the room gone; null once it is back
  fence            INTEGER NOT NULL,         -- the newest lease that wrote to the room
  last_captured_ms INTEGER NOT NULL,         -- of the last list; -1 before it
  last_snapshot    INTEGER,                  -- that list
  last_fingerprint       BLOB,                -- its fingerprint
  UNIQUE (room_id, kind, source_key)
) STRICT;
INSERT INTO rooms VALUES(1,1,'ranklist','1','77',60.0,600.0,3,1795435200000,1795521600000,'stored',NULL,11,1795521600000,1882740857241600001,X'8CF0D987A9A2162452F6CF7077D3C407');
INSERT INTO rooms VALUES(2,1,'ranklist','2',NULL,30.0,NULL,0,1795435320000,1795435560000,'failed',1795435560000,9,1795435320000,1882650386104320002,X'6BDCF032B76B4049E9C20055DE9AAF00');
INSERT INTO rooms VALUES(3,1,'audience','1',NULL,90.0,NULL,0,1795435500000,1795435500000,'stored',NULL,1,1795435500000,1882650574848000003,X'9509A88469C1720BE89EEBF696AD7502');
CREATE INDEX rooms_recurring ON rooms (source_key, room_key) WHERE every IS NOT NULL AND ended_ms IS NULL;
CREATE TABLE snapshots (                   -- every list that differed from the one before, or began a day
  snapshot_key INTEGER PRIMARY KEY,          -- captured_ms × 2^20 + room_key mod 2^20, or the next free key
  room_key     INTEGER NOT NULL REFERENCES rooms,
  base_key     INTEGER NOT NULL,             -- the list of the same room that is written whole; may be this one
  step         INTEGER NOT NULL,             -- how many delta lists after it; their rows replace rows by position
  captured_ms  INTEGER NOT NULL,
  polled_ms    INTEGER NOT NULL,
  entry_count  INTEGER NOT NULL,
  anchor_id    TEXT,
  currency     INTEGER REFERENCES texts,
  has_more     INTEGER,
  flags        INTEGER REFERENCES texts,   -- separated by spaces
  digest       BLOB NOT NULL
) STRICT;
INSERT INTO snapshots VALUES(1882650260275200001,1,1882650260275200001,0,1795435200000,1795435200000,3,'77',NULL,0,NULL,X'373A3130302C383A35302C4E6F6E653A');
INSERT INTO snapshots VALUES(1882650323189760001,1,1882650260275200001,1,1795435260000,1795435260000,3,'77',NULL,0,NULL,X'373A3133302C383A35302C4E6F6E653A');
INSERT INTO snapshots VALUES(1882650386104320002,2,1882650386104320002,0,1795435320000,1795435320000,2,NULL,NULL,0,NULL,X'393A372C373A4E6F6E652C0000000000');
INSERT INTO snapshots VALUES(1882650449018880001,1,1882650260275200001,2,1795435380000,1795435380000,0,'77',NULL,0,NULL,X'00000000000000000000000000000000');
INSERT INTO snapshots VALUES(1882650511933440001,1,1882650511933440001,0,1795435440000,1795435440000,2,'77',NULL,0,4,X'383A37302C373A32302C000000000000');
INSERT INTO snapshots VALUES(1882650574848000003,3,1882650574848000003,0,1795435500000,1795435500000,1,NULL,NULL,0,NULL,X'31303A31322C00000000000000000000');
INSERT INTO snapshots VALUES(1882740857241600001,1,1882740857241600001,0,1795521600000,1795521600000,2,'77',NULL,0,NULL,X'383A37352C373A33302C000000000000');
CREATE INDEX snapshots_chain ON snapshots (base_key, step);
CREATE TABLE sources (                     -- gateways
  source_key INTEGER PRIMARY KEY,
  source     TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO sources VALUES(1,'gateway.test');
CREATE TABLE stays (                       -- when contributors entered lists and left them
  room_key    INTEGER NOT NULL REFERENCES rooms,
  user_key    INTEGER NOT NULL REFERENCES users,
  since_ms    INTEGER NOT NULL,              -- the first list with the contributor in it
  until_ms    INTEGER,                       -- the last; null until a list comes without the contributor
  first_score INTEGER,
  last_score  INTEGER,                       -- null until the stay is over
  PRIMARY KEY (room_key, user_key, since_ms)
) STRICT, WITHOUT ROWID;
INSERT INTO stays VALUES(1,1,1795435200000,1795435320000,100,130);
INSERT INTO stays VALUES(1,1,1795435440000,NULL,20,NULL);
INSERT INTO stays VALUES(1,2,1795435200000,1795435320000,50,50);
INSERT INTO stays VALUES(1,2,1795435440000,NULL,70,NULL);
INSERT INTO stays VALUES(2,1,1795435320000,NULL,NULL,NULL);
INSERT INTO stays VALUES(2,3,1795435320000,NULL,7,NULL);
INSERT INTO stays VALUES(3,4,1795435500000,NULL,12,NULL);
CREATE TABLE texts (                       -- short texts that many records share: display scores, flags, audiences
  text_key INTEGER PRIMARY KEY,
  fingerprint    BLOB NOT NULL UNIQUE,
  text     TEXT NOT NULL
) STRICT;
INSERT INTO texts VALUES(1,X'1CA44B0A040694F51C8A42C9AE722F28','3万+');
INSERT INTO texts VALUES(2,X'E8320A5845C8E1D35CE4086D4B0843FC','1.0万');
INSERT INTO texts VALUES(3,X'12D205A0D738B0D54148E0AD5A973036','rank_gap');
INSERT INTO texts VALUES(4,X'4E4D06BC0F4208E1EDA87A520006BE45','has_more');
CREATE TABLE users (                       -- every contributor; anonymised rows belong to none
  user_key      INTEGER PRIMARY KEY,
  source_key    INTEGER NOT NULL REFERENCES sources,
  user_id       TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  profile_key   INTEGER,                     -- the latest profile, seen in the list captured at profile_ms
  profile_ms    INTEGER NOT NULL,
  UNIQUE (user_id, source_key)
) STRICT;
INSERT INTO users VALUES(1,1,'7',1795435200000,3,1795435200000);
INSERT INTO users VALUES(2,1,'8',1795435200000,2,1795435200000);
INSERT INTO users VALUES(3,1,'9',1795435320000,4,1795435320000);
INSERT INTO users VALUES(4,1,'10',1795435500000,5,1795435500000);
CREATE TABLE verdicts (                    -- why polls failed
  verdict_key INTEGER PRIMARY KEY,
  fingerprint       BLOB NOT NULL UNIQUE,
  action      TEXT NOT NULL,               -- retry | wait | gone_once | gone | stop
  reason      TEXT NOT NULL,
  status      INTEGER,                       -- HTTP; null where no answer came
  code        INTEGER,
  status_code INTEGER
) STRICT;
INSERT INTO verdicts VALUES(1,X'3E441D6ECF8F50665A642FF61F074350','gone','HTTP 404',404,NULL,NULL);
INSERT INTO verdicts VALUES(2,X'4F8EFD6D7A730ADABEFC717760ED43C1','retry','status_code 10011',200,200,10011);
CREATE TABLE visits (                      -- the rooms in whose lists a contributor ever was: finds their stays
  user_key INTEGER NOT NULL REFERENCES users,
  room_key INTEGER NOT NULL REFERENCES rooms,
  PRIMARY KEY (user_key, room_key)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 4;
COMMIT TRANSACTION;
