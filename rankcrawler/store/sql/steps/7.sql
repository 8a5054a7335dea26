-- From version 6: tables have names that begin with _, so that nobody takes them for what the views of sql/views.sql
-- give people to read. `store` keeps its name, because older programs look for it. And former names have dates.

ALTER TABLE sources RENAME TO _sources;

ALTER TABLE rooms RENAME TO _rooms;

ALTER TABLE users RENAME TO _users;

ALTER TABLE profiles RENAME TO _profiles;

ALTER TABLE grades RENAME TO _grades;

ALTER TABLE clubs RENAME TO _clubs;

ALTER TABLE texts RENAME TO _texts;

ALTER TABLE verdicts RENAME TO _verdicts;

ALTER TABLE snapshots RENAME TO _snapshots;

ALTER TABLE entries RENAME TO _entries;

ALTER TABLE quarantine RENAME TO _quarantine;

ALTER TABLE polls RENAME TO _polls;

ALTER TABLE stays RENAME TO _stays;

ALTER TABLE visits RENAME TO _visits;

ALTER TABLE arrivals RENAME TO _arrivals;

ALTER TABLE room_days RENAME TO _room_days;

ALTER TABLE contributor_days RENAME TO _contributor_days;

ALTER TABLE room_hours RENAME TO _room_hours;

ALTER TABLE contributor_hours RENAME TO _contributor_hours;

ALTER TABLE resets RENAME TO _resets;

ALTER TABLE purges RENAME TO _purges;

-- postgresql: the partitions, too
DO $$ BEGIN EXECUTE (
  SELECT coalesce(string_agg(format('ALTER TABLE %s RENAME TO %I', i.inhrelid::regclass, '_' || c.relname), '; '), '')
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
  WHERE p.relkind = 'p' AND c.relkind = 'r' AND p.relnamespace = current_schema()::regnamespace
); END $$;

CREATE TABLE _former_names (               -- nicknames and handles that contributors had before their latest ones
  user_key    {int} NOT NULL {references _users},
  until_ms    {big} NOT NULL,              -- the first list with another name; below 0 if that is not known
  profile_key {int} NOT NULL {references _profiles},
  PRIMARY KEY (user_key, until_ms)
) {clustered};

INSERT INTO _former_names (user_key, until_ms, profile_key)
SELECT b.user_key, max(b.profile_key) - 4611686018427387904, max(b.profile_key)
FROM _profiles b JOIN _users u ON u.user_key = b.user_key JOIN _profiles a ON a.profile_key = u.profile_key
WHERE b.nickname IS DISTINCT FROM a.nickname OR b.display_id IS DISTINCT FROM a.display_id
GROUP BY b.user_key, b.nickname, b.display_id;

-- sqlite: whose views cannot join each list with a query of its own rows, but with the positions that it may have
CREATE TABLE _positions (position INTEGER PRIMARY KEY) STRICT;

-- sqlite: more than the gateways' reader takes
INSERT INTO _positions (position) WITH RECURSIVE n (position) AS (
  SELECT 1 UNION ALL SELECT position + 1 FROM n WHERE position < 2000
) SELECT position FROM n;
