-- From version 2 to 3: stays lie by room, and what finds those of a user is sorted in now and then.

ALTER TABLE stays RENAME TO stays_2;
ALTER INDEX stays_pkey RENAME TO stays_2_pkey;

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

INSERT INTO stays (room_key, user_key, since_ms, until_ms, first_score, last_score)
SELECT room_key, user_key, since_ms, until_ms, first_score, last_score FROM stays_2 ORDER BY room_key, user_key, since_ms;

INSERT INTO visits (user_key, room_key) SELECT DISTINCT user_key, room_key FROM stays_2 ORDER BY user_key, room_key;

DROP TABLE stays_2;

UPDATE store SET version = 3;
