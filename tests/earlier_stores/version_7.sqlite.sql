
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE "_arrivals" (                    -- the latest visits, some ten thousand, not sorted in yet
  user_key INTEGER NOT NULL,
  room_key INTEGER NOT NULL
) STRICT;
INSERT INTO _arrivals VALUES(2,1);
INSERT INTO _arrivals VALUES(1,1);
INSERT INTO _arrivals VALUES(1,2);
INSERT INTO _arrivals VALUES(3,2);
INSERT INTO _arrivals VALUES(4,3);
CREATE TABLE "_clubs" (                       -- memberships of fan clubs
  club_key INTEGER PRIMARY KEY,
  fingerprint    BLOB NOT NULL UNIQUE,
  fans_club_name TEXT,
  fans_club_level INTEGER,
  fans_club_member INTEGER
) STRICT;
INSERT INTO _clubs VALUES(1,X'6039BE8801E4199740FF42BF6D9ECBC7','粉丝团',3,1);
CREATE TABLE "_contributor_days" (            -- what contributors gave on a day, by the lists of one kind
  day      INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  user_key INTEGER NOT NULL REFERENCES "_users",
  coins    INTEGER NOT NULL,
  PRIMARY KEY (day, kind, user_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX contributor_days_by_coins ON "_contributor_days" (day, kind, coins);
CREATE TABLE "_contributor_hours" (           -- what contributors gave in an hour, by the lists of one kind
  hour     INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  user_key INTEGER NOT NULL REFERENCES "_users",
  coins    INTEGER NOT NULL,                 -- at least
  unseen   INTEGER,                          -- what they may have given beyond; null: without a limit
  PRIMARY KEY (hour, kind, user_key)
) STRICT, WITHOUT ROWID;
INSERT INTO _contributor_hours VALUES(498732,'ranklist',1,30,0);
INSERT INTO _contributor_hours VALUES(498732,'ranklist',2,20,0);
INSERT INTO _contributor_hours VALUES(498756,'ranklist',2,5,0);
CREATE TABLE "_entries" (                     -- rows of lists; of a delta list only those that differ from the list before
  snapshot_key    INTEGER NOT NULL,
  position        INTEGER NOT NULL,          -- 1…n, even if ranks repeat
  rank            INTEGER NOT NULL,
  score           INTEGER,
  exactly_score   INTEGER,                   -- of texts; 0: it is the score in words, as store/words.py writes it
  score_precision INTEGER NOT NULL,        -- 0 exact, 1 rounded, 2 withheld
  delta           INTEGER,                   -- null: the gap to the row above; 0 at position 1 and without scores
  has_no_delta    INTEGER,                 -- 1: the gateway stated none; else null
  profile_key     INTEGER NOT NULL REFERENCES "_profiles",
  grade_key       INTEGER NOT NULL REFERENCES "_grades",
  club_key        INTEGER NOT NULL REFERENCES "_clubs",
  flags           INTEGER REFERENCES "_texts",
  PRIMARY KEY (snapshot_key, position)
) STRICT, WITHOUT ROWID;
INSERT INTO _entries VALUES(1882650260275200001,1,1,100,2,0,NULL,1,3,1,1,NULL);
INSERT INTO _entries VALUES(1882650260275200001,2,2,50,0,0,NULL,1,2,1,1,3);
INSERT INTO _entries VALUES(1882650260275200001,3,3,5,0,0,NULL,1,1,1,1,NULL);
INSERT INTO _entries VALUES(1882650323189760001,1,1,130,2,0,NULL,1,3,1,1,NULL);
INSERT INTO _entries VALUES(1882650386104320002,1,1,7,2,0,NULL,1,4,1,1,NULL);
INSERT INTO _entries VALUES(1882650386104320002,2,2,NULL,NULL,2,NULL,1,3,1,1,3);
INSERT INTO _entries VALUES(1882650511933440001,1,1,70,2,0,NULL,1,2,1,1,NULL);
INSERT INTO _entries VALUES(1882650511933440001,2,2,20,0,0,NULL,1,3,1,1,3);
INSERT INTO _entries VALUES(1882650574848000003,1,1,12,2,0,NULL,1,5,1,1,NULL);
INSERT INTO _entries VALUES(1882740857241600001,1,1,75,2,0,NULL,1,2,1,1,NULL);
INSERT INTO _entries VALUES(1882740857241600001,2,2,30,0,0,NULL,1,3,1,1,3);
CREATE TABLE _former_names (               -- nicknames and handles that contributors had before their latest ones
  user_key    INTEGER NOT NULL REFERENCES _users,
  until_ms    INTEGER NOT NULL,              -- the first list with another name; below 0 if that is not known
  profile_key INTEGER NOT NULL REFERENCES _profiles,
  PRIMARY KEY (user_key, until_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE "_grades" (                      -- levels, and what they say of a contributor's spending
  grade_key INTEGER PRIMARY KEY,
  fingerprint     BLOB NOT NULL UNIQUE,
  pay_grade_level INTEGER,
  this_grade_min_diamond INTEGER,
  this_grade_max_diamond INTEGER,
  grade_describe TEXT,
  lifetime_diamonds_min INTEGER,
  lifetime_diamonds_max INTEGER
) STRICT;
INSERT INTO _grades VALUES(1,X'26C66BF2A35F3E05A997EF40A801EF90',25,15000,20000,'距离26级还差1998抖币',18002,18002);
CREATE TABLE "_polls" (                       -- every poll of a room, and its outcome
  room_key        INTEGER NOT NULL REFERENCES "_rooms",
  at_ms           INTEGER NOT NULL,          -- the list's own clock; the worker's for a failed poll
  is_answered     INTEGER NOT NULL,        -- 0: the poll failed
  polled_ms       INTEGER NOT NULL,
  outcome         TEXT NOT NULL,           -- stored | unchanged | empty | withheld | failed
  snapshot_key    INTEGER,                   -- the list that the room had then; null for a failed poll
  total           INTEGER,
  user_count_desc INTEGER REFERENCES "_texts",
  verdict_key     INTEGER REFERENCES "_verdicts",
  attempt         INTEGER, clock_ms INTEGER, flags INTEGER REFERENCES "_texts",
  PRIMARY KEY (room_key, at_ms, is_answered)
) STRICT, WITHOUT ROWID;
INSERT INTO _polls VALUES(1,1795435200000,1,1795435200000,'stored',1882650260275200001,39847,1,NULL,NULL,NULL,NULL);
INSERT INTO _polls VALUES(1,1795435260000,1,1795435260000,'stored',1882650323189760001,39847,1,NULL,NULL,NULL,NULL);
INSERT INTO _polls VALUES(1,1795435320000,1,1795435320000,'unchanged',1882650323189760001,39847,1,NULL,NULL,NULL,NULL);
INSERT INTO _polls VALUES(1,1795435380000,1,1795435380000,'empty',1882650449018880001,39847,1,NULL,NULL,NULL,NULL);
INSERT INTO _polls VALUES(1,1795435440000,1,1795435440000,'stored',1882650511933440001,39847,1,NULL,NULL,NULL,NULL);
INSERT INTO _polls VALUES(1,1795435620000,0,1795435620000,'failed',NULL,NULL,NULL,2,1,NULL,NULL);
INSERT INTO _polls VALUES(1,1795521600000,1,1795521600000,'stored',1882740857241600001,39847,1,NULL,NULL,NULL,NULL);
INSERT INTO _polls VALUES(2,1795435320000,1,1795435320000,'stored',1882650386104320002,39847,1,NULL,NULL,NULL,NULL);
INSERT INTO _polls VALUES(2,1795435560000,0,1795435560000,'failed',NULL,NULL,NULL,1,1,NULL,NULL);
INSERT INTO _polls VALUES(3,1795435500000,1,1795435500000,'stored',1882650574848000003,39847,1,NULL,NULL,NULL,NULL);
CREATE TABLE _positions (position INTEGER PRIMARY KEY) STRICT;
INSERT INTO _positions (position) WITH RECURSIVE n (position) AS (
  SELECT 1 UNION ALL SELECT position + 1 FROM n WHERE position < 2000
) SELECT position FROM n;
CREATE TABLE "_profiles" (                    -- how contributors appeared: each profile once, however often it was seen
  profile_key INTEGER PRIMARY KEY,
  fingerprint       BLOB NOT NULL UNIQUE,     -- 128 bits over the other columns
  user_key    INTEGER REFERENCES "_users",    -- null: an anonymised row
  display_id TEXT,
  sec_uid TEXT,
  nickname TEXT,
  gender INTEGER,
  avatar_url TEXT,
  is_hidden INTEGER,
  is_anonymous INTEGER NOT NULL,
  is_mystery INTEGER
) STRICT;
INSERT INTO _profiles VALUES(1,X'19BFB4B9EFB8027A35BB333EBC684428',NULL,'handle None','MS4wNone','贡献者None',1,NULL,0,1,NULL);
INSERT INTO _profiles VALUES(2,X'1CA2BDADA1847577CF631B9B9321D2E2',2,'handle 8','MS4w8','贡献者8',1,NULL,0,0,NULL);
INSERT INTO _profiles VALUES(3,X'AE6B09BDD28A751BB89D3E0FBE1F5BE4',1,'handle 7','MS4w7','贡献者7',1,NULL,0,0,NULL);
INSERT INTO _profiles VALUES(4,X'326EF2F691EE4CF618A438B58B11EEE7',3,'handle 9','MS4w9','贡献者9',1,NULL,0,0,NULL);
INSERT INTO _profiles VALUES(5,X'58F175A8FC9DCF531B9F6ADCE54B9327',4,'handle 10','MS4w10','贡献者10',1,NULL,0,0,NULL);
CREATE INDEX profiles_of_user ON "_profiles" (user_key) WHERE user_key IS NOT NULL;
CREATE TABLE "_purges" (                      -- purges that removed something
  before_day INTEGER NOT NULL                -- the days before it were removed; their sums stay
) STRICT;
CREATE TABLE "_quarantine" (                  -- rows of lists that could not be read
  snapshot_key INTEGER NOT NULL,
  position     INTEGER NOT NULL,             -- the row's place in the answer
  path         TEXT NOT NULL,              -- the JSON path of what is wrong
  reason       TEXT NOT NULL,
  PRIMARY KEY (snapshot_key, position)
) STRICT, WITHOUT ROWID;
INSERT INTO _quarantine VALUES(1882650511933440001,3,'$.data','odd');
CREATE TABLE "_resets" (                      -- when a room's scores began again: the first list of theirs that counts
  room_key  INTEGER NOT NULL REFERENCES "_rooms",
  at_ms     INTEGER NOT NULL,
  from_zero INTEGER NOT NULL,              -- 0: what the list shows may have been given before
  PRIMARY KEY (room_key, at_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE "_room_days" (                   -- what happened in a room on a day
  day      INTEGER NOT NULL,
  room_key INTEGER NOT NULL REFERENCES "_rooms",
  polls    INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  lists    INTEGER NOT NULL,
  entries  INTEGER NOT NULL,
  coins    INTEGER NOT NULL,
  PRIMARY KEY (day, room_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_days_by_coins ON "_room_days" (day, coins);
CREATE TABLE "_room_hours" (                  -- what happened in a room in an hour
  hour     INTEGER NOT NULL,                 -- since 1970, UTC
  room_key INTEGER NOT NULL REFERENCES "_rooms",
  polls    INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  lists    INTEGER NOT NULL,
  entries  INTEGER NOT NULL,
  coins    INTEGER NOT NULL,
  PRIMARY KEY (hour, room_key)
) STRICT, WITHOUT ROWID;
INSERT INTO _room_hours VALUES(498732,1,6,1,4,6,50);
INSERT INTO _room_hours VALUES(498732,2,2,1,1,2,0);
INSERT INTO _room_hours VALUES(498732,3,1,0,1,1,0);
INSERT INTO _room_hours VALUES(498756,1,1,0,1,2,5);
CREATE TABLE "_rooms" (                       -- every room and kind of list that was ever polled, and its state now
  room_key         INTEGER PRIMARY KEY,
  source_key       INTEGER NOT NULL REFERENCES "_sources",
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
  last_fingerprint       BLOB, newest_ms INTEGER, counted_ms INTEGER, counted_snapshot INTEGER, began_ms INTEGER,                -- its fingerprint
  UNIQUE (room_id, kind, source_key)
) STRICT;
INSERT INTO _rooms VALUES(1,1,'ranklist','1','77',60.0,600.0,3,1795435200000,1795521600000,'stored',NULL,11,1795521600000,1882740857241600001,X'8CF0D987A9A2162452F6CF7077D3C407',1795521600000,1795521600000,1882740857241600001,NULL);
INSERT INTO _rooms VALUES(2,1,'ranklist','2',NULL,30.0,NULL,0,1795435320000,1795435560000,'failed',1795435560000,9,1795435320000,1882650386104320002,X'6BDCF032B76B4049E9C20055DE9AAF00',1795435320000,1795435320000,1882650386104320002,NULL);
INSERT INTO _rooms VALUES(3,1,'audience','1',NULL,90.0,NULL,0,1795435500000,1795435500000,'stored',NULL,1,1795435500000,1882650574848000003,X'9509A88469C1720BE89EEBF696AD7502',1795435500000,1795435500000,1882650574848000003,NULL);
CREATE INDEX rooms_recurring ON "_rooms" (source_key, room_key) WHERE every IS NOT NULL AND ended_ms IS NULL;
CREATE TABLE "_snapshots" (                   -- every list that differed from the one before, or began a day
  snapshot_key INTEGER PRIMARY KEY,          -- captured_ms × 2^20 + room_key mod 2^20, or the next free key
  room_key     INTEGER NOT NULL REFERENCES "_rooms",
  base_key     INTEGER NOT NULL,             -- the list of the same room that is written whole; may be this one
  step         INTEGER NOT NULL,             -- how many delta lists after it; their rows replace rows by position
  captured_ms  INTEGER NOT NULL,
  polled_ms    INTEGER NOT NULL,
  entry_count  INTEGER NOT NULL,
  anchor_id    TEXT,
  currency     INTEGER REFERENCES "_texts",
  has_more     INTEGER,
  flags        INTEGER REFERENCES "_texts",   -- separated by spaces
  digest       BLOB NOT NULL
, chain_rows INTEGER, standing INTEGER, carried TEXT) STRICT;
INSERT INTO _snapshots VALUES(1882650260275200001,1,1882650260275200001,0,1795435200000,1795435200000,3,'77',NULL,0,NULL,X'373A3130302C383A35302C4E6F6E653A',3,0,NULL);
INSERT INTO _snapshots VALUES(1882650323189760001,1,1882650260275200001,1,1795435260000,1795435260000,3,'77',NULL,0,NULL,X'373A3133302C383A35302C4E6F6E653A',4,0,NULL);
INSERT INTO _snapshots VALUES(1882650386104320002,2,1882650386104320002,0,1795435320000,1795435320000,2,NULL,NULL,0,NULL,X'393A372C373A4E6F6E652C0000000000',2,0,NULL);
INSERT INTO _snapshots VALUES(1882650449018880001,1,1882650260275200001,2,1795435380000,1795435380000,0,'77',NULL,0,NULL,X'00000000000000000000000000000000',4,1,NULL);
INSERT INTO _snapshots VALUES(1882650511933440001,1,1882650511933440001,0,1795435440000,1795435440000,2,'77',NULL,0,4,X'383A37302C373A32302C000000000000',2,0,'1:130');
INSERT INTO _snapshots VALUES(1882650574848000003,3,1882650574848000003,0,1795435500000,1795435500000,1,NULL,NULL,0,NULL,X'31303A31322C00000000000000000000',1,0,NULL);
INSERT INTO _snapshots VALUES(1882740857241600001,1,1882740857241600001,0,1795521600000,1795521600000,2,'77',NULL,0,NULL,X'383A37352C373A33302C000000000000',2,0,'1:130');
CREATE INDEX snapshots_chain ON "_snapshots" (base_key, step);
CREATE TABLE "_sources" (                     -- gateways
  source_key INTEGER PRIMARY KEY,
  source     TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO _sources VALUES(1,'gateway.test');
CREATE TABLE "_stays" (                       -- when contributors entered lists and left them
  room_key    INTEGER NOT NULL REFERENCES "_rooms",
  user_key    INTEGER NOT NULL REFERENCES "_users",
  since_ms    INTEGER NOT NULL,              -- the first list with the contributor in it
  until_ms    INTEGER,                       -- the last; null until a list comes without the contributor
  first_score INTEGER,
  last_score  INTEGER,                       -- null until the stay is over
  PRIMARY KEY (room_key, user_key, since_ms)
) STRICT, WITHOUT ROWID;
INSERT INTO _stays VALUES(1,1,1795435200000,NULL,100,NULL);
INSERT INTO _stays VALUES(1,2,1795435200000,NULL,50,NULL);
INSERT INTO _stays VALUES(2,1,1795435320000,NULL,NULL,NULL);
INSERT INTO _stays VALUES(2,3,1795435320000,NULL,7,NULL);
INSERT INTO _stays VALUES(3,4,1795435500000,NULL,12,NULL);
CREATE TABLE "_texts" (                       -- short texts that many records share: display scores, flags, audiences
  text_key INTEGER PRIMARY KEY,
  fingerprint    BLOB NOT NULL UNIQUE,
  text     TEXT NOT NULL
) STRICT;
INSERT INTO _texts VALUES(1,X'1CA44B0A040694F51C8A42C9AE722F28','3万+');
INSERT INTO _texts VALUES(2,X'E8320A5845C8E1D35CE4086D4B0843FC','1.0万');
INSERT INTO _texts VALUES(3,X'12D205A0D738B0D54148E0AD5A973036','rank_gap');
INSERT INTO _texts VALUES(4,X'4E4D06BC0F4208E1EDA87A520006BE45','has_more');
CREATE TABLE "_users" (                       -- every contributor; anonymised rows belong to none
  user_key      INTEGER PRIMARY KEY,
  source_key    INTEGER NOT NULL REFERENCES "_sources",
  user_id       TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  profile_key   INTEGER,                     -- the latest profile, seen in the list captured at profile_ms
  profile_ms    INTEGER NOT NULL,
  UNIQUE (user_id, source_key)
) STRICT;
INSERT INTO _users VALUES(1,1,'7',1795435200000,3,1795435200000);
INSERT INTO _users VALUES(2,1,'8',1795435200000,2,1795435200000);
INSERT INTO _users VALUES(3,1,'9',1795435320000,4,1795435320000);
INSERT INTO _users VALUES(4,1,'10',1795435500000,5,1795435500000);
CREATE TABLE "_verdicts" (                    -- why polls failed
  verdict_key INTEGER PRIMARY KEY,
  fingerprint       BLOB NOT NULL UNIQUE,
  action      TEXT NOT NULL,               -- retry | wait | gone_once | gone | stop
  reason      TEXT NOT NULL,
  status      INTEGER,                       -- HTTP; null where no answer came
  code        INTEGER,
  status_code INTEGER
) STRICT;
INSERT INTO _verdicts VALUES(1,X'3E441D6ECF8F50665A642FF61F074350','gone','HTTP 404',404,NULL,NULL);
INSERT INTO _verdicts VALUES(2,X'4F8EFD6D7A730ADABEFC717760ED43C1','retry','status_code 10011',200,200,10011);
CREATE TABLE "_visits" (                      -- the rooms in whose lists a contributor ever was: finds their stays
  user_key INTEGER NOT NULL REFERENCES "_users",
  room_key INTEGER NOT NULL REFERENCES "_rooms",
  PRIMARY KEY (user_key, room_key)
) STRICT, WITHOUT ROWID;
CREATE VIEW latest_ranks AS
SELECT o.source, r.kind, r.room_id, s.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(p.clock_ms, p.at_ms)) / 1000.0, 'unixepoch') AS captured_at, p.at_ms AS captured_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (p.polled_ms) / 1000.0, 'unixepoch') AS polled_at, p.polled_ms, e.rank AS rank, e.score AS score, CASE WHEN e.exactly_score <> 0 THEN x.text WHEN e.exactly_score = 0 THEN CASE WHEN e.score < 10000 THEN CAST(e.score AS TEXT)
  WHEN e.score < 100000000 THEN CAST((e.score / 1000 + CASE WHEN e.score % 1000 <> 500 THEN CAST(e.score % 1000 > 500 AS INTEGER)
  WHEN e.score % 10000 / 100 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 10000 - e.score / 10000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 10000 / 100 * 4503599627370496 AS INTEGER) END) / 10 AS TEXT) || '.' || CAST((e.score / 1000 + CASE WHEN e.score % 1000 <> 500 THEN CAST(e.score % 1000 > 500 AS INTEGER)
  WHEN e.score % 10000 / 100 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 10000 - e.score / 10000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 10000 / 100 * 4503599627370496 AS INTEGER) END) % 10 AS TEXT) || '万' ELSE CAST((e.score / 10000000 + CASE WHEN e.score % 10000000 <> 5000000 THEN CAST(e.score % 10000000 > 5000000 AS INTEGER)
  WHEN e.score % 100000000 / 1000000 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 100000000 - e.score / 100000000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 100000000 / 1000000 * 4503599627370496 AS INTEGER) END) / 10 AS TEXT) || '.' || CAST((e.score / 10000000 + CASE WHEN e.score % 10000000 <> 5000000 THEN CAST(e.score % 10000000 > 5000000 AS INTEGER)
  WHEN e.score % 100000000 / 1000000 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 100000000 - e.score / 100000000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 100000000 / 1000000 * 4503599627370496 AS INTEGER) END) % 10 AS TEXT) || '亿' END END AS exactly_score, CASE e.score_precision WHEN 0 THEN 'exact' WHEN 1 THEN 'rounded' ELSE 'withheld' END AS score_precision, CASE WHEN e.has_no_delta IS NULL THEN coalesce(e.delta, (SELECT a.score FROM _snapshots m CROSS JOIN _entries a ON a.snapshot_key = m.snapshot_key AND a.position = e.position - 1
  WHERE m.base_key = s.base_key AND m.step <= s.step AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    AND a.snapshot_key BETWEEN s.base_key AND s.snapshot_key ORDER BY m.step DESC LIMIT 1) - e.score, 0) END AS delta, u.user_id, w.display_id, w.sec_uid, w.nickname, w.gender, w.avatar_url, g.pay_grade_level, g.this_grade_min_diamond, g.this_grade_max_diamond, g.grade_describe, g.lifetime_diamonds_min, g.lifetime_diamonds_max, c.fans_club_name, c.fans_club_level, c.fans_club_member, w.is_hidden, w.is_anonymous, w.is_mystery, trim(coalesce(f.text, '') || CASE WHEN s.standing = 3 THEN ' stale_list' ELSE '' END || coalesce(' ' || pf.text, '')) AS flags, CAST(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) - p.polled_ms AS DOUBLE PRECISION) / 1000 AS age_seconds
FROM _rooms r CROSS JOIN _sources o ON o.source_key = r.source_key CROSS JOIN _polls p ON p.room_key = r.room_key AND p.at_ms = coalesce(r.newest_ms, r.last_captured_ms) AND p.is_answered = 1
CROSS JOIN _snapshots s ON s.snapshot_key = p.snapshot_key  CROSS JOIN _positions q ON q.position <= s.entry_count
CROSS JOIN _entries e ON e.position = q.position AND e.snapshot_key = (
  SELECT n.snapshot_key FROM _snapshots n CROSS JOIN _entries l ON l.snapshot_key = n.snapshot_key AND l.position = q.position
  WHERE n.base_key = s.base_key AND n.step <= s.step ORDER BY n.step DESC LIMIT 1
) CROSS JOIN _profiles w ON w.profile_key = e.profile_key CROSS JOIN _grades g ON g.grade_key = e.grade_key
CROSS JOIN _clubs c ON c.club_key = e.club_key LEFT JOIN _users u ON u.user_key = w.user_key
LEFT JOIN _texts x ON x.text_key = e.exactly_score LEFT JOIN _texts f ON f.text_key = e.flags
LEFT JOIN _texts pf ON pf.text_key = p.flags;
CREATE VIEW ranks AS
SELECT o.source, r.kind, r.room_id, s.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(p.clock_ms, p.at_ms)) / 1000.0, 'unixepoch') AS captured_at, p.at_ms AS captured_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (p.polled_ms) / 1000.0, 'unixepoch') AS polled_at, p.polled_ms, e.rank AS rank, e.score AS score, CASE WHEN e.exactly_score <> 0 THEN x.text WHEN e.exactly_score = 0 THEN CASE WHEN e.score < 10000 THEN CAST(e.score AS TEXT)
  WHEN e.score < 100000000 THEN CAST((e.score / 1000 + CASE WHEN e.score % 1000 <> 500 THEN CAST(e.score % 1000 > 500 AS INTEGER)
  WHEN e.score % 10000 / 100 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 10000 - e.score / 10000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 10000 / 100 * 4503599627370496 AS INTEGER) END) / 10 AS TEXT) || '.' || CAST((e.score / 1000 + CASE WHEN e.score % 1000 <> 500 THEN CAST(e.score % 1000 > 500 AS INTEGER)
  WHEN e.score % 10000 / 100 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 10000 - e.score / 10000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 10000 / 100 * 4503599627370496 AS INTEGER) END) % 10 AS TEXT) || '万' ELSE CAST((e.score / 10000000 + CASE WHEN e.score % 10000000 <> 5000000 THEN CAST(e.score % 10000000 > 5000000 AS INTEGER)
  WHEN e.score % 100000000 / 1000000 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 100000000 - e.score / 100000000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 100000000 / 1000000 * 4503599627370496 AS INTEGER) END) / 10 AS TEXT) || '.' || CAST((e.score / 10000000 + CASE WHEN e.score % 10000000 <> 5000000 THEN CAST(e.score % 10000000 > 5000000 AS INTEGER)
  WHEN e.score % 100000000 / 1000000 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 100000000 - e.score / 100000000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 100000000 / 1000000 * 4503599627370496 AS INTEGER) END) % 10 AS TEXT) || '亿' END END AS exactly_score, CASE e.score_precision WHEN 0 THEN 'exact' WHEN 1 THEN 'rounded' ELSE 'withheld' END AS score_precision, CASE WHEN e.has_no_delta IS NULL THEN coalesce(e.delta, (SELECT a.score FROM _snapshots m CROSS JOIN _entries a ON a.snapshot_key = m.snapshot_key AND a.position = e.position - 1
  WHERE m.base_key = s.base_key AND m.step <= s.step AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    AND a.snapshot_key BETWEEN s.base_key AND s.snapshot_key ORDER BY m.step DESC LIMIT 1) - e.score, 0) END AS delta, u.user_id, w.display_id, w.sec_uid, w.nickname, w.gender, w.avatar_url, g.pay_grade_level, g.this_grade_min_diamond, g.this_grade_max_diamond, g.grade_describe, g.lifetime_diamonds_min, g.lifetime_diamonds_max, c.fans_club_name, c.fans_club_level, c.fans_club_member, w.is_hidden, w.is_anonymous, w.is_mystery, trim(coalesce(f.text, '') || CASE WHEN s.standing = 3 THEN ' stale_list' ELSE '' END || coalesce(' ' || pf.text, '')) AS flags
FROM _rooms r CROSS JOIN _sources o ON o.source_key = r.source_key CROSS JOIN _polls p ON p.room_key = r.room_key AND p.is_answered = 1
CROSS JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms  CROSS JOIN _positions q ON q.position <= s.entry_count
CROSS JOIN _entries e ON e.position = q.position AND e.snapshot_key = (
  SELECT n.snapshot_key FROM _snapshots n CROSS JOIN _entries l ON l.snapshot_key = n.snapshot_key AND l.position = q.position
  WHERE n.base_key = s.base_key AND n.step <= s.step ORDER BY n.step DESC LIMIT 1
) CROSS JOIN _profiles w ON w.profile_key = e.profile_key CROSS JOIN _grades g ON g.grade_key = e.grade_key
CROSS JOIN _clubs c ON c.club_key = e.club_key LEFT JOIN _users u ON u.user_key = w.user_key
LEFT JOIN _texts x ON x.text_key = e.exactly_score LEFT JOIN _texts f ON f.text_key = e.flags
LEFT JOIN _texts pf ON pf.text_key = p.flags;
CREATE VIEW lists AS
SELECT o.source, r.kind, r.room_id, s.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(p.clock_ms, p.at_ms)) / 1000.0, 'unixepoch') AS captured_at, p.at_ms AS captured_ms,
  strftime('%Y-%m-%dT%H:%M:%fZ', (p.polled_ms) / 1000.0, 'unixepoch') AS polled_at, p.polled_ms, s.entry_count AS row_count, p.total, d.text AS user_count_desc,
  c.text AS currency, s.has_more, trim(coalesce(f.text, '') || CASE WHEN s.standing = 3 THEN ' stale_list' ELSE '' END || coalesce(' ' || pf.text, '')) AS flags, CASE WHEN coalesce(s.standing, 0) = 0 THEN 1 ELSE 0 END AS is_counted
FROM _rooms r CROSS JOIN _sources o ON o.source_key = r.source_key CROSS JOIN _polls p ON p.room_key = r.room_key AND p.is_answered = 1
CROSS JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms LEFT JOIN _texts d ON d.text_key = p.user_count_desc LEFT JOIN _texts c ON c.text_key = s.currency
LEFT JOIN _texts f ON f.text_key = s.flags LEFT JOIN _texts pf ON pf.text_key = p.flags;
CREATE VIEW room_status AS
SELECT o.source, r.kind, r.room_id, r.anchor_id, r.every, r.every_max, r.priority,
  strftime('%Y-%m-%dT%H:%M:%fZ', (r.first_polled_ms) / 1000.0, 'unixepoch') AS first_polled_at, r.first_polled_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (r.last_polled_ms) / 1000.0, 'unixepoch') AS last_polled_at, r.last_polled_ms,
  r.last_outcome, CASE WHEN r.last_outcome = 'failed' THEN (
    SELECT v.reason FROM _polls q JOIN _verdicts v ON v.verdict_key = q.verdict_key
    WHERE q.room_key = r.room_key AND q.at_ms = r.last_polled_ms AND q.is_answered = 0
  ) END AS last_reason, strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(p.clock_ms, p.at_ms)) / 1000.0, 'unixepoch') AS captured_at, p.at_ms AS captured_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (p.polled_ms) / 1000.0, 'unixepoch') AS polled_at, p.polled_ms,
  CAST(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) - p.polled_ms AS DOUBLE PRECISION) / 1000 AS age_seconds,
  CASE WHEN r.every IS NULL OR r.ended_ms IS NOT NULL THEN 0
    ELSE CAST(CAST(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) - coalesce(p.polled_ms, r.first_polled_ms) AS DOUBLE PRECISION) / 1000 > 2 * coalesce(r.every_max, r.every) AS INTEGER)
  END AS is_stale, s.entry_count AS row_count, p.total, strftime('%Y-%m-%dT%H:%M:%fZ', (r.ended_ms) / 1000.0, 'unixepoch') AS ended_at, r.ended_ms
FROM _rooms r JOIN _sources o ON o.source_key = r.source_key
LEFT JOIN _polls p ON p.room_key = r.room_key AND p.at_ms = coalesce(r.newest_ms, r.last_captured_ms) AND p.is_answered = 1
LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key WHERE r.last_outcome <> '';
CREATE VIEW poll_log AS
SELECT o.source, r.kind, r.room_id, r.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (p.at_ms) / 1000.0, 'unixepoch') AS seen_at, p.at_ms AS seen_ms,
  strftime('%Y-%m-%dT%H:%M:%fZ', (p.polled_ms) / 1000.0, 'unixepoch') AS polled_at, p.polled_ms, p.outcome, s.entry_count AS row_count, p.total, d.text AS user_count_desc,
  coalesce(pf.text, '') AS flags, v.action, v.reason, v.status, v.code, v.status_code, p.attempt, CAST(p.polled_ms - p.before_ms AS DOUBLE PRECISION) / 1000 AS gap_seconds,
  CASE WHEN r.every IS NULL OR r.every_max IS NOT NULL OR p.before_ms IS NULL THEN NULL
    WHEN p.polled_ms - p.before_ms < r.every * 1500 THEN 0
    ELSE (2 * (p.polled_ms - p.before_ms) + CAST(r.every * 1000 AS BIGINT)) / nullif(CAST(r.every * 2000 AS BIGINT), 0) - 1
  END AS missed_polls
FROM _rooms r CROSS JOIN _sources o ON o.source_key = r.source_key CROSS JOIN (
  SELECT a.*, (
    SELECT b.polled_ms FROM _polls b
    WHERE b.room_key = a.room_key AND (b.at_ms, b.is_answered) < (a.at_ms, a.is_answered)
    ORDER BY b.at_ms DESC, b.is_answered DESC LIMIT 1
  ) AS before_ms FROM _polls a
) p ON p.room_key = r.room_key LEFT JOIN _snapshots s ON s.snapshot_key = p.snapshot_key
LEFT JOIN _texts d ON d.text_key = p.user_count_desc LEFT JOIN _verdicts v ON v.verdict_key = p.verdict_key
LEFT JOIN _texts pf ON pf.text_key = p.flags;
CREATE VIEW user_rooms AS
SELECT o.source, r.kind, u.user_id, w.nickname, w.display_id, r.room_id, r.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (y.since_ms) / 1000.0, 'unixepoch') AS since_at, y.since_ms,
  strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(y.until_ms, r.counted_ms)) / 1000.0, 'unixepoch') AS until_at, coalesce(y.until_ms, r.counted_ms) AS until_ms,
  CASE WHEN y.until_ms IS NULL AND r.ended_ms IS NULL THEN 1 ELSE 0 END AS is_there, y.first_score,
  CASE WHEN y.until_ms IS NOT NULL THEN y.last_score ELSE (
    SELECT e.score FROM _snapshots s JOIN _snapshots n ON n.base_key = s.base_key AND n.step <= s.step
      AND n.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    JOIN _entries e ON e.snapshot_key = n.snapshot_key
    WHERE s.snapshot_key = r.counted_snapshot
      AND e.profile_key IN (SELECT a.profile_key FROM _profiles a WHERE a.user_key = y.user_key)
    ORDER BY n.step DESC, e.position LIMIT 1
  ) END AS last_score FROM _users u CROSS JOIN _sources o ON o.source_key = u.source_key CROSS JOIN _visits h ON h.user_key = u.user_key JOIN _stays y ON y.room_key = h.room_key AND y.user_key = h.user_key JOIN _rooms r ON r.room_key = h.room_key LEFT JOIN _profiles w ON w.profile_key = u.profile_key
UNION ALL
SELECT o.source, r.kind, u.user_id, w.nickname, w.display_id, r.room_id, r.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (y.since_ms) / 1000.0, 'unixepoch') AS since_at, y.since_ms,
  strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(y.until_ms, r.counted_ms)) / 1000.0, 'unixepoch') AS until_at, coalesce(y.until_ms, r.counted_ms) AS until_ms,
  CASE WHEN y.until_ms IS NULL AND r.ended_ms IS NULL THEN 1 ELSE 0 END AS is_there, y.first_score,
  CASE WHEN y.until_ms IS NOT NULL THEN y.last_score ELSE (
    SELECT e.score FROM _snapshots s JOIN _snapshots n ON n.base_key = s.base_key AND n.step <= s.step
      AND n.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    JOIN _entries e ON e.snapshot_key = n.snapshot_key
    WHERE s.snapshot_key = r.counted_snapshot
      AND e.profile_key IN (SELECT a.profile_key FROM _profiles a WHERE a.user_key = y.user_key)
    ORDER BY n.step DESC, e.position LIMIT 1
  ) END AS last_score FROM _users u CROSS JOIN _sources o ON o.source_key = u.source_key
CROSS JOIN (SELECT DISTINCT user_key, room_key FROM _arrivals) h ON h.user_key = u.user_key AND NOT EXISTS (
  SELECT 1 FROM _visits q WHERE q.user_key = h.user_key AND q.room_key = h.room_key
) JOIN _stays y ON y.room_key = h.room_key AND y.user_key = h.user_key JOIN _rooms r ON r.room_key = h.room_key LEFT JOIN _profiles w ON w.profile_key = u.profile_key;
CREATE VIEW user_ranks AS
SELECT o.source, r.kind, r.room_id, s.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(p.clock_ms, p.at_ms)) / 1000.0, 'unixepoch') AS captured_at, p.at_ms AS captured_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (p.polled_ms) / 1000.0, 'unixepoch') AS polled_at, p.polled_ms, e.rank AS rank, e.score AS score, CASE WHEN e.exactly_score <> 0 THEN x.text WHEN e.exactly_score = 0 THEN CASE WHEN e.score < 10000 THEN CAST(e.score AS TEXT)
  WHEN e.score < 100000000 THEN CAST((e.score / 1000 + CASE WHEN e.score % 1000 <> 500 THEN CAST(e.score % 1000 > 500 AS INTEGER)
  WHEN e.score % 10000 / 100 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 10000 - e.score / 10000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 10000 / 100 * 4503599627370496 AS INTEGER) END) / 10 AS TEXT) || '.' || CAST((e.score / 1000 + CASE WHEN e.score % 1000 <> 500 THEN CAST(e.score % 1000 > 500 AS INTEGER)
  WHEN e.score % 10000 / 100 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 10000 - e.score / 10000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 10000 / 100 * 4503599627370496 AS INTEGER) END) % 10 AS TEXT) || '万' ELSE CAST((e.score / 10000000 + CASE WHEN e.score % 10000000 <> 5000000 THEN CAST(e.score % 10000000 > 5000000 AS INTEGER)
  WHEN e.score % 100000000 / 1000000 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 100000000 - e.score / 100000000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 100000000 / 1000000 * 4503599627370496 AS INTEGER) END) / 10 AS TEXT) || '.' || CAST((e.score / 10000000 + CASE WHEN e.score % 10000000 <> 5000000 THEN CAST(e.score % 10000000 > 5000000 AS INTEGER)
  WHEN e.score % 100000000 / 1000000 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 100000000 - e.score / 100000000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 100000000 / 1000000 * 4503599627370496 AS INTEGER) END) % 10 AS TEXT) || '亿' END END AS exactly_score, CASE e.score_precision WHEN 0 THEN 'exact' WHEN 1 THEN 'rounded' ELSE 'withheld' END AS score_precision, CASE WHEN e.has_no_delta IS NULL THEN coalesce(e.delta, (SELECT a.score FROM _snapshots m CROSS JOIN _entries a ON a.snapshot_key = m.snapshot_key AND a.position = e.position - 1
  WHERE m.base_key = s.base_key AND m.step <= s.step AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    AND a.snapshot_key BETWEEN s.base_key AND s.snapshot_key ORDER BY m.step DESC LIMIT 1) - e.score, 0) END AS delta, u.user_id, w.display_id, w.sec_uid, w.nickname, w.gender, w.avatar_url, g.pay_grade_level, g.this_grade_min_diamond, g.this_grade_max_diamond, g.grade_describe, g.lifetime_diamonds_min, g.lifetime_diamonds_max, c.fans_club_name, c.fans_club_level, c.fans_club_member, w.is_hidden, w.is_anonymous, w.is_mystery, trim(coalesce(f.text, '') || CASE WHEN s.standing = 3 THEN ' stale_list' ELSE '' END || coalesce(' ' || pf.text, '')) AS flags FROM _users u CROSS JOIN _sources o ON o.source_key = u.source_key CROSS JOIN _visits h ON h.user_key = u.user_key CROSS JOIN _stays y ON y.room_key = h.room_key AND y.user_key = h.user_key CROSS JOIN _rooms r ON r.room_key = h.room_key
CROSS JOIN _polls p ON p.room_key = y.room_key AND p.is_answered = 1 AND p.at_ms >= y.since_ms
  AND p.at_ms <= coalesce(y.until_ms, r.last_captured_ms)
CROSS JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
CROSS JOIN _snapshots n ON n.base_key = s.base_key AND n.step <= s.step AND n.snapshot_key BETWEEN s.base_key AND s.snapshot_key
CROSS JOIN _entries e ON e.snapshot_key = n.snapshot_key AND e.position <= s.entry_count
CROSS JOIN _profiles w ON w.profile_key = e.profile_key AND w.user_key = h.user_key AND NOT EXISTS (
  SELECT 1 FROM _snapshots m JOIN _entries l ON l.snapshot_key = m.snapshot_key
  WHERE m.base_key = s.base_key AND m.step > n.step AND m.step <= s.step AND l.position = e.position
    AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key AND w.user_key = y.user_key
)
CROSS JOIN _grades g ON g.grade_key = e.grade_key CROSS JOIN _clubs c ON c.club_key = e.club_key
LEFT JOIN _texts x ON x.text_key = e.exactly_score LEFT JOIN _texts f ON f.text_key = e.flags
LEFT JOIN _texts pf ON pf.text_key = p.flags
UNION ALL
SELECT o.source, r.kind, r.room_id, s.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(p.clock_ms, p.at_ms)) / 1000.0, 'unixepoch') AS captured_at, p.at_ms AS captured_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (p.polled_ms) / 1000.0, 'unixepoch') AS polled_at, p.polled_ms, e.rank AS rank, e.score AS score, CASE WHEN e.exactly_score <> 0 THEN x.text WHEN e.exactly_score = 0 THEN CASE WHEN e.score < 10000 THEN CAST(e.score AS TEXT)
  WHEN e.score < 100000000 THEN CAST((e.score / 1000 + CASE WHEN e.score % 1000 <> 500 THEN CAST(e.score % 1000 > 500 AS INTEGER)
  WHEN e.score % 10000 / 100 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 10000 - e.score / 10000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 10000 / 100 * 4503599627370496 AS INTEGER) END) / 10 AS TEXT) || '.' || CAST((e.score / 1000 + CASE WHEN e.score % 1000 <> 500 THEN CAST(e.score % 1000 > 500 AS INTEGER)
  WHEN e.score % 10000 / 100 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 10000 - e.score / 10000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 10000 / 100 * 4503599627370496 AS INTEGER) END) % 10 AS TEXT) || '万' ELSE CAST((e.score / 10000000 + CASE WHEN e.score % 10000000 <> 5000000 THEN CAST(e.score % 10000000 > 5000000 AS INTEGER)
  WHEN e.score % 100000000 / 1000000 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 100000000 - e.score / 100000000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 100000000 / 1000000 * 4503599627370496 AS INTEGER) END) / 10 AS TEXT) || '.' || CAST((e.score / 10000000 + CASE WHEN e.score % 10000000 <> 5000000 THEN CAST(e.score % 10000000 > 5000000 AS INTEGER)
  WHEN e.score % 100000000 / 1000000 = 75 THEN 1
  ELSE CAST(CAST((CAST(e.score AS DOUBLE PRECISION) / 100000000 - e.score / 100000000) * 4503599627370496 AS BIGINT) * 100
    > e.score % 100000000 / 1000000 * 4503599627370496 AS INTEGER) END) % 10 AS TEXT) || '亿' END END AS exactly_score, CASE e.score_precision WHEN 0 THEN 'exact' WHEN 1 THEN 'rounded' ELSE 'withheld' END AS score_precision, CASE WHEN e.has_no_delta IS NULL THEN coalesce(e.delta, (SELECT a.score FROM _snapshots m CROSS JOIN _entries a ON a.snapshot_key = m.snapshot_key AND a.position = e.position - 1
  WHERE m.base_key = s.base_key AND m.step <= s.step AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key
    AND a.snapshot_key BETWEEN s.base_key AND s.snapshot_key ORDER BY m.step DESC LIMIT 1) - e.score, 0) END AS delta, u.user_id, w.display_id, w.sec_uid, w.nickname, w.gender, w.avatar_url, g.pay_grade_level, g.this_grade_min_diamond, g.this_grade_max_diamond, g.grade_describe, g.lifetime_diamonds_min, g.lifetime_diamonds_max, c.fans_club_name, c.fans_club_level, c.fans_club_member, w.is_hidden, w.is_anonymous, w.is_mystery, trim(coalesce(f.text, '') || CASE WHEN s.standing = 3 THEN ' stale_list' ELSE '' END || coalesce(' ' || pf.text, '')) AS flags FROM _users u CROSS JOIN _sources o ON o.source_key = u.source_key
CROSS JOIN (SELECT DISTINCT user_key, room_key FROM _arrivals) h ON h.user_key = u.user_key AND NOT EXISTS (
  SELECT 1 FROM _visits q WHERE q.user_key = h.user_key AND q.room_key = h.room_key
) CROSS JOIN _stays y ON y.room_key = h.room_key AND y.user_key = h.user_key CROSS JOIN _rooms r ON r.room_key = h.room_key
CROSS JOIN _polls p ON p.room_key = y.room_key AND p.is_answered = 1 AND p.at_ms >= y.since_ms
  AND p.at_ms <= coalesce(y.until_ms, r.last_captured_ms)
CROSS JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
CROSS JOIN _snapshots n ON n.base_key = s.base_key AND n.step <= s.step AND n.snapshot_key BETWEEN s.base_key AND s.snapshot_key
CROSS JOIN _entries e ON e.snapshot_key = n.snapshot_key AND e.position <= s.entry_count
CROSS JOIN _profiles w ON w.profile_key = e.profile_key AND w.user_key = h.user_key AND NOT EXISTS (
  SELECT 1 FROM _snapshots m JOIN _entries l ON l.snapshot_key = m.snapshot_key
  WHERE m.base_key = s.base_key AND m.step > n.step AND m.step <= s.step AND l.position = e.position
    AND m.snapshot_key BETWEEN s.base_key AND s.snapshot_key AND w.user_key = y.user_key
)
CROSS JOIN _grades g ON g.grade_key = e.grade_key CROSS JOIN _clubs c ON c.club_key = e.club_key
LEFT JOIN _texts x ON x.text_key = e.exactly_score LEFT JOIN _texts f ON f.text_key = e.flags
LEFT JOIN _texts pf ON pf.text_key = p.flags;
CREATE VIEW user_names AS
SELECT o.source, u.user_id, w.nickname, w.display_id, strftime('%Y-%m-%dT%H:%M:%fZ', (d.since_ms) / 1000.0, 'unixepoch') AS since_at, d.since_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (d.until_ms) / 1000.0, 'unixepoch') AS until_at,
  d.until_ms, d.is_present
FROM _users u JOIN _sources o ON o.source_key = u.source_key JOIN (
  SELECT t.user_key, t.profile_key, (SELECT CASE WHEN max(q.until_ms) IS NULL THEN t.first_seen_ms WHEN max(q.until_ms) >= 0 THEN max(q.until_ms) END
  FROM _former_names q WHERE q.user_key = t.user_key AND q.until_ms < 9223372036854775807) AS since_ms, CAST(NULL AS BIGINT) AS until_ms,
    1 AS is_present FROM _users t
  UNION ALL
  SELECT t.user_key, h.profile_key, CASE WHEN h.until_ms >= 0 THEN (SELECT CASE WHEN max(q.until_ms) IS NULL THEN t.first_seen_ms WHEN max(q.until_ms) >= 0 THEN max(q.until_ms) END
  FROM _former_names q WHERE q.user_key = t.user_key AND q.until_ms < h.until_ms) END,
    CASE WHEN h.until_ms >= 0 THEN h.until_ms END, 0
  FROM _former_names h JOIN _users t ON t.user_key = h.user_key
) d ON d.user_key = u.user_key JOIN _profiles w ON w.profile_key = d.profile_key;
CREATE VIEW gains_by_hour AS
SELECT o.source, h.kind, u.user_id, w.nickname, strftime('%Y-%m-%dT%H:%M:%fZ', (CAST(h.hour AS BIGINT) * 3600000) / 1000.0, 'unixepoch') AS hour_at,
  CAST(h.hour AS BIGINT) * 3600000 AS hour_ms, h.coins, h.unseen
FROM _contributor_hours h JOIN _users u ON u.user_key = h.user_key JOIN _sources o ON o.source_key = u.source_key
LEFT JOIN _profiles w ON w.profile_key = u.profile_key;
CREATE VIEW room_hours AS
SELECT o.source, r.kind, r.room_id, r.anchor_id, strftime('%Y-%m-%dT%H:%M:%fZ', (CAST(h.hour AS BIGINT) * 3600000) / 1000.0, 'unixepoch') AS hour_at,
  CAST(h.hour AS BIGINT) * 3600000 AS hour_ms, h.polls, h.failures, (
    SELECT sum(l.missed_polls) FROM poll_log l WHERE l.room_id = r.room_id AND l.kind = r.kind AND l.source = o.source
      AND l.seen_ms >= CAST(h.hour AS BIGINT) * 3600000 AND l.seen_ms < (CAST(h.hour AS BIGINT) + 1) * 3600000
  ) AS missed_polls, h.lists, h.coins
FROM _room_hours h JOIN _rooms r ON r.room_key = h.room_key JOIN _sources o ON o.source_key = r.source_key;
CREATE VIEW quarantine AS
SELECT o.source, r.kind, r.room_id, strftime('%Y-%m-%dT%H:%M:%fZ', (coalesce(p.clock_ms, p.at_ms)) / 1000.0, 'unixepoch') AS captured_at, p.at_ms AS captured_ms, q.position, q.path, q.reason
FROM _rooms r JOIN _sources o ON o.source_key = r.source_key
JOIN _polls p ON p.room_key = r.room_key AND p.is_answered = 1
JOIN _snapshots s ON s.snapshot_key = p.snapshot_key AND s.captured_ms = p.at_ms
JOIN _quarantine q ON q.snapshot_key = s.snapshot_key;
pragma user_version=7;
COMMIT TRANSACTION;
