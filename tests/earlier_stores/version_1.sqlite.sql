BEGIN TRANSACTION;
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
INSERT INTO "entries" VALUES(1,1,1,100,'1.0万','exact',NULL,'7','handle 7','MS4w7','贡献者7',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,NULL);
INSERT INTO "entries" VALUES(1,2,2,50,'50','exact',NULL,'8','handle 8','MS4w8','贡献者8',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,'rank_gap');
INSERT INTO "entries" VALUES(1,3,3,5,'5','exact',NULL,NULL,'handle None','MS4wNone','贡献者None',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,1,NULL,NULL);
INSERT INTO "entries" VALUES(2,1,1,130,'1.0万','exact',NULL,'7','handle 7','MS4w7','贡献者7',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,NULL);
INSERT INTO "entries" VALUES(2,2,2,50,'50','exact',NULL,'8','handle 8','MS4w8','贡献者8',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,'rank_gap');
INSERT INTO "entries" VALUES(2,3,3,5,'5','exact',NULL,NULL,'handle None','MS4wNone','贡献者None',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,1,NULL,NULL);
INSERT INTO "entries" VALUES(3,1,1,7,'1.0万','exact',NULL,'9','handle 9','MS4w9','贡献者9',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,NULL);
INSERT INTO "entries" VALUES(3,2,2,NULL,NULL,'withheld',NULL,'7','handle 7','MS4w7','贡献者7',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,'rank_gap');
INSERT INTO "entries" VALUES(4,1,1,70,'1.0万','exact',NULL,'8','handle 8','MS4w8','贡献者8',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,NULL);
INSERT INTO "entries" VALUES(4,2,2,20,'20','exact',NULL,'7','handle 7','MS4w7','贡献者7',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,'rank_gap');
INSERT INTO "entries" VALUES(5,1,1,75,'1.0万','exact',NULL,'8','handle 8','MS4w8','贡献者8',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,NULL);
INSERT INTO "entries" VALUES(5,2,2,30,'30','exact',NULL,'7','handle 7','MS4w7','贡献者7',1,NULL,25,15000,20000,'距离26级还差1998抖币',18002,18002,'粉丝团',3,1,0,0,NULL,'rank_gap');
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
INSERT INTO "polls" VALUES(1,'2026-11-23T12:00:00.000Z','2026-11-23T12:00:00.000Z','stored',1,39847,'3万+');
INSERT INTO "polls" VALUES(1,'2026-11-23T12:01:00.000Z','2026-11-23T12:01:00.000Z','stored',2,39847,'3万+');
INSERT INTO "polls" VALUES(1,'2026-11-23T12:02:00.000Z','2026-11-23T12:02:00.000Z','unchanged',2,39847,'3万+');
INSERT INTO "polls" VALUES(1,'2026-11-23T12:03:00.000Z','2026-11-23T12:03:00.000Z','empty',NULL,39847,'3万+');
INSERT INTO "polls" VALUES(1,'2026-11-23T12:04:00.000Z','2026-11-23T12:04:00.000Z','stored',4,39847,'3万+');
INSERT INTO "polls" VALUES(1,'2026-11-24T12:00:00.000Z','2026-11-24T12:00:00.000Z','stored',5,39847,'3万+');
INSERT INTO "polls" VALUES(2,'2026-11-23T12:02:00.000Z','2026-11-23T12:02:00.000Z','stored',3,39847,'3万+');
CREATE TABLE quarantine (                -- rows of answers that could not be read
  room_key    INTEGER NOT NULL REFERENCES rooms,
  captured_at TEXT NOT NULL,             -- with room_key: the poll
  position    INTEGER NOT NULL,          -- where the row stood in the answer
  path        TEXT NOT NULL,             -- the JSON path of what is wrong
  reason      TEXT NOT NULL,
  PRIMARY KEY (room_key, captured_at, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "quarantine" VALUES(1,'2026-11-23T12:04:00.000Z',3,'$.data','odd');
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
INSERT INTO "rooms" VALUES(1,'gateway.test','1','77','2026-11-23T12:00:00.000Z','2026-11-24T12:00:00.000Z','2026-11-24T12:00:00.000Z','383a37352c373a33302c000000000000',5,11);
INSERT INTO "rooms" VALUES(2,'gateway.test','2',NULL,'2026-11-23T12:02:00.000Z','2026-11-23T12:02:00.000Z','2026-11-23T12:02:00.000Z','393a372c373a4e6f6e652c0000000000',3,6);
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
INSERT INTO "snapshots" VALUES(1,1,'gateway.test','1','77','2026-11-23T12:00:00.000Z','2026-11-23T12:00:00.000Z',39847,'3万+',NULL,0,3,'373a3130302c383a35302c4e6f6e653a',NULL,3);
INSERT INTO "snapshots" VALUES(2,1,'gateway.test','1','77','2026-11-23T12:01:00.000Z','2026-11-23T12:01:00.000Z',39847,'3万+',NULL,0,3,'373a3133302c383a35302c4e6f6e653a',NULL,4);
INSERT INTO "snapshots" VALUES(3,2,'gateway.test','2',NULL,'2026-11-23T12:02:00.000Z','2026-11-23T12:02:00.000Z',39847,'3万+',NULL,0,2,'393a372c373a4e6f6e652c0000000000',NULL,6);
INSERT INTO "snapshots" VALUES(4,1,'gateway.test','1','77','2026-11-23T12:04:00.000Z','2026-11-23T12:04:00.000Z',39847,'3万+',NULL,0,2,'383a37302c373a32302c000000000000','has_more',8);
INSERT INTO "snapshots" VALUES(5,1,'gateway.test','1','77','2026-11-24T12:00:00.000Z','2026-11-24T12:00:00.000Z',39847,'3万+',NULL,0,2,'383a37352c373a33302c000000000000',NULL,11);
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
INSERT INTO "users" VALUES(1,'gateway.test','7','MS4w7','handle 7','贡献者7',1,NULL,'2026-11-23T12:00:00.000Z','2026-11-24T12:00:00.000Z');
INSERT INTO "users" VALUES(2,'gateway.test','8','MS4w8','handle 8','贡献者8',1,NULL,'2026-11-23T12:00:00.000Z','2026-11-24T12:00:00.000Z');
INSERT INTO "users" VALUES(3,'gateway.test','9','MS4w9','handle 9','贡献者9',1,NULL,'2026-11-23T12:02:00.000Z','2026-11-23T12:02:00.000Z');
COMMIT;
PRAGMA user_version = 1;
