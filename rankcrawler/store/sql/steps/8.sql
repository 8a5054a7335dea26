-- From version 7: the sessions of anchors that are followed.

CREATE TABLE _sessions (                   -- from when to when anchors were live, and in which room
  session_key {key},
  source_key  {int} NOT NULL {references _sources},
  anchor      TEXT NOT NULL,               -- as in model/anchors.py: uid=98204909466
  room_id     TEXT NOT NULL,
  begun_ms    {big} NOT NULL,
  begun_by    TEXT NOT NULL,               -- how that is known: a key of model.sessions.BY
  ended_ms    {big},                       -- null while it is on
  ended_by    TEXT,
  title       TEXT,
  nickname    TEXT,                        -- what the anchor was called
  flags       TEXT,                        -- what was odd about the look that found it, separated by spaces
  fence       {big} NOT NULL,              -- the newest lease that changed it
  UNIQUE (source_key, anchor, room_id)
) {strict};

CREATE INDEX _sessions_of_anchor ON _sessions (anchor, begun_ms);

CREATE INDEX _sessions_of_room ON _sessions (room_id);

-- sqlite: whose views of version 7 were the last to need it
DROP TABLE _positions;
