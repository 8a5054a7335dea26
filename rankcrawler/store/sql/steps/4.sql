-- From version 3: what contributors gave on a day is summed by kind of list, so that someone in two lists of one room is
-- not counted twice. Sums from before may mix kinds; they are kept as those of rank lists. And new names for columns.

CREATE TABLE contributor_days (            -- what contributors gave on a day, by the lists of one kind
  day      {int} NOT NULL,
  kind     TEXT NOT NULL,
  user_key {int} NOT NULL {references users},
  coins    {big} NOT NULL,
  PRIMARY KEY (day, kind, user_key)
) {clustered};

INSERT INTO contributor_days (day, kind, user_key, coins)
SELECT day, 'ranklist', user_key, coins FROM giver_days ORDER BY day, user_key;

DROP TABLE giver_days;

CREATE INDEX contributor_days_by_coins ON contributor_days (day, kind, coins);

ALTER TABLE profiles RENAME COLUMN print TO fingerprint;

ALTER TABLE grades RENAME COLUMN print TO fingerprint;

ALTER TABLE clubs RENAME COLUMN print TO fingerprint;

ALTER TABLE texts RENAME COLUMN print TO fingerprint;

ALTER TABLE verdicts RENAME COLUMN print TO fingerprint;

ALTER TABLE rooms RENAME COLUMN last_print TO last_fingerprint;
