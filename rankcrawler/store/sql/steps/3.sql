-- From version 2: stays are stored by room, and what finds a contributor's is sorted in from time to time.

ALTER TABLE stays RENAME TO stays_2;

-- postgresql: frees the name for the new table's key
ALTER INDEX stays_pkey RENAME TO stays_2_pkey;

{create stays};

{create visits};

{create arrivals};

INSERT INTO stays (room_key, user_key, since_ms, until_ms, first_score, last_score)
SELECT room_key, user_key, since_ms, until_ms, first_score, last_score FROM stays_2 ORDER BY room_key, user_key, since_ms;

INSERT INTO visits (user_key, room_key) SELECT DISTINCT user_key, room_key FROM stays_2 ORDER BY user_key, room_key;

DROP TABLE stays_2;
