-- Version 3, frozen: a change of the schema is a new file in steps/, never an edit here. store/schema.py says what
-- stands for {…}. Moments are integers: milliseconds since 1970, UTC. Days are days since 1970. docs/store.md says why.

-- postgresql: one record
CREATE TABLE store (version {int} NOT NULL);

-- postgresql:
INSERT INTO store (version) VALUES (3);

CREATE TABLE sources (                     -- gateways
  source_key {key},
  source     TEXT NOT NULL UNIQUE
) {strict};

CREATE TABLE rooms (                       -- every room and kind of list that was ever polled, and its state now
  room_key         {key},
  source_key       {int} NOT NULL {references sources},
  kind             TEXT NOT NULL,          -- ranklist | audience
  room_id          TEXT NOT NULL,
  anchor_id        TEXT,
  every            {real},                 -- seconds between polls, by the last poll's schedule; null: polled once
  every_max        {real},                 -- the most seconds, for a room that adapts
  priority         {int} NOT NULL,
  first_polled_ms  {big} NOT NULL,
  last_polled_ms   {big} NOT NULL,
  last_outcome     TEXT NOT NULL,          -- of the last poll, as in polls; '' before it
  ended_ms         {big},                  -- when a poll found the room gone; null once it is back
  fence            {big} NOT NULL,         -- the newest lease that wrote to the room
  last_captured_ms {big} NOT NULL,         -- of the last list; -1 before it
  last_snapshot    {big},                  -- that list
  last_print       {bytes},                -- its fingerprint
  UNIQUE (room_id, kind, source_key)
) {strict};

CREATE INDEX rooms_recurring ON rooms (source_key, room_key) WHERE every IS NOT NULL AND ended_ms IS NULL;

CREATE TABLE users (                       -- every contributor; anonymised rows belong to none
  user_key      {key},
  source_key    {int} NOT NULL {references sources},
  user_id       TEXT NOT NULL,
  first_seen_ms {big} NOT NULL,
  profile_key   {int},                     -- the latest profile, seen in the list captured at profile_ms
  profile_ms    {big} NOT NULL,
  UNIQUE (user_id, source_key)
) {strict};

CREATE TABLE profiles (                    -- how contributors appeared: each profile once, however often it was seen
  profile_key {key},
  print       {bytes} NOT NULL UNIQUE,     -- 128 bits over the other columns
  user_key    {int} {references users},    -- null: an anonymised row
{columns profiles}
) {strict};

CREATE INDEX profiles_of_user ON profiles (user_key) WHERE user_key IS NOT NULL;

CREATE TABLE grades (                      -- levels, and what they say of a contributor's spending
  grade_key {key},
  print     {bytes} NOT NULL UNIQUE,
{columns grades}
) {strict};

CREATE TABLE clubs (                       -- memberships of fan clubs
  club_key {key},
  print    {bytes} NOT NULL UNIQUE,
{columns clubs}
) {strict};

CREATE TABLE texts (                       -- short texts that many records share: display scores, flags, audiences
  text_key {key},
  print    {bytes} NOT NULL UNIQUE,
  text     TEXT NOT NULL
) {strict};

CREATE TABLE verdicts (                    -- why polls failed
  verdict_key {key},
  print       {bytes} NOT NULL UNIQUE,
  action      TEXT NOT NULL,               -- retry | wait | gone_once | gone | stop
  reason      TEXT NOT NULL,
  status      {int},                       -- HTTP; null where no answer came
  code        {big},
  status_code {big}
) {strict};

CREATE TABLE snapshots (                   -- every list that differed from the one before, or began a day
  snapshot_key {big} PRIMARY KEY,          -- captured_ms × 2^20 + room_key mod 2^20, or the next free key
  room_key     {int} NOT NULL {references rooms},
  base_key     {big} NOT NULL,             -- the list of the same room that is written whole; may be this one
  step         {int} NOT NULL,             -- how many delta lists after it; their rows replace rows by position
  captured_ms  {big} NOT NULL,
  polled_ms    {big} NOT NULL,
  entry_count  {int} NOT NULL,
  anchor_id    TEXT,
  currency     {int} {references texts},
  has_more     {small},
  flags        {int} {references texts},   -- separated by spaces
  digest       {bytes} NOT NULL
) {strict}{partition by snapshot_key};

CREATE INDEX snapshots_chain ON snapshots (base_key, step);

CREATE TABLE entries (                     -- rows of lists; of a delta list only those that differ from the list before
  snapshot_key    {big} NOT NULL,
  position        {int} NOT NULL,          -- 1…n, even if ranks repeat
  rank            {int} NOT NULL,
  score           {big},
  exactly_score   {int},                   -- of texts; 0: it is the score in words, as store/words.py writes it
  score_precision {small} NOT NULL,        -- 0 exact, 1 rounded, 2 withheld
  delta           {big},                   -- null: the gap to the row above; 0 at position 1 and without scores
  has_no_delta    {small},                 -- 1: the gateway stated none; else null
  profile_key     {int} NOT NULL {references profiles},
  grade_key       {int} NOT NULL {references grades},
  club_key        {int} NOT NULL {references clubs},
  flags           {int} {references texts},
  PRIMARY KEY (snapshot_key, position)
) {clustered}{partition by snapshot_key};

CREATE TABLE quarantine (                  -- rows of lists that could not be read
  snapshot_key {big} NOT NULL,
  position     {int} NOT NULL,             -- the row's place in the answer
  path         TEXT NOT NULL,              -- the JSON path of what is wrong
  reason       TEXT NOT NULL,
  PRIMARY KEY (snapshot_key, position)
) {clustered}{partition by snapshot_key};

CREATE TABLE polls (                       -- every poll of a room, and its outcome
  room_key        {int} NOT NULL {references rooms},
  at_ms           {big} NOT NULL,          -- the list's own clock; the worker's for a failed poll
  is_answered     {small} NOT NULL,        -- 0: the poll failed
  polled_ms       {big} NOT NULL,
  outcome         TEXT NOT NULL,           -- stored | unchanged | empty | withheld | failed
  snapshot_key    {big},                   -- the list that the room had then; null for a failed poll
  total           {big},
  user_count_desc {int} {references texts},
  verdict_key     {int} {references verdicts},
  attempt         {int},
  PRIMARY KEY (room_key, at_ms, is_answered)
) {clustered}{partition by at_ms};

CREATE TABLE stays (                       -- when contributors entered lists and left them
  room_key    {int} NOT NULL {references rooms},
  user_key    {int} NOT NULL {references users},
  since_ms    {big} NOT NULL,              -- the first list with the contributor in it
  until_ms    {big},                       -- the last; null until a list comes without the contributor
  first_score {big},
  last_score  {big},                       -- null until the stay is over
  PRIMARY KEY (room_key, user_key, since_ms)
) {clustered};

CREATE TABLE visits (                      -- the rooms in whose lists a contributor ever was: finds their stays
  user_key {int} NOT NULL {references users},
  room_key {int} NOT NULL {references rooms},
  PRIMARY KEY (user_key, room_key)
) {clustered};

CREATE TABLE arrivals (                    -- the latest visits, some ten thousand, not sorted in yet
  user_key {int} NOT NULL,
  room_key {int} NOT NULL
) {strict};

CREATE TABLE room_days (                   -- what happened in a room on a day
  day      {int} NOT NULL,
  room_key {int} NOT NULL {references rooms},
  polls    {big} NOT NULL,
  failures {big} NOT NULL,
  lists    {big} NOT NULL,
  entries  {big} NOT NULL,
  coins    {big} NOT NULL,
  PRIMARY KEY (day, room_key)
) {clustered};

CREATE INDEX room_days_by_coins ON room_days (day, coins);

CREATE TABLE giver_days (                  -- what contributors gave on a day
  day      {int} NOT NULL,
  user_key {int} NOT NULL {references users},
  coins    {big} NOT NULL,
  PRIMARY KEY (day, user_key)
) {clustered};

CREATE INDEX giver_days_by_coins ON giver_days (day, coins);

-- postgresql: what a clock far from the worker's dates; every other day has a partition of its own
CREATE TABLE snapshots_other PARTITION OF snapshots DEFAULT;

-- postgresql:
CREATE TABLE entries_other PARTITION OF entries DEFAULT;

-- postgresql:
CREATE TABLE quarantine_other PARTITION OF quarantine DEFAULT;

-- postgresql:
CREATE TABLE polls_other PARTITION OF polls DEFAULT;
