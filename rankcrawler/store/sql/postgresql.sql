-- What only PostgreSQL is asked.

-- name: topmost_rows
-- Of a chain up to a step, the latest row at each position.
SELECT DISTINCT ON (e.position) e.* FROM _snapshots s JOIN _entries e ON e.snapshot_key = s.snapshot_key
WHERE {in_chain} ORDER BY e.position, s.step DESC

-- name: sort_arrivals
-- Sorts the latest visits in; one worker moves each.
WITH moved AS (DELETE FROM _arrivals RETURNING user_key, room_key)
INSERT INTO _visits (user_key, room_key) SELECT DISTINCT user_key, room_key FROM moved ORDER BY user_key, room_key
ON CONFLICT DO NOTHING;

-- name: lock_sources
-- Before gateways are renamed: waits for those who write, and has others wait. They read the names first.
LOCK TABLE _sources IN ACCESS EXCLUSIVE MODE;

-- name: size
-- Bytes of all tables of the store with their indexes.
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r';

-- name: has_amcheck
-- Whether the database has the extension that checks indexes.
SELECT 1 FROM pg_extension WHERE extname = 'amcheck';

-- name: indexes
-- The indexes of all tables of the store.
SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'i' ORDER BY 1;

-- name: check_index
-- Whether an index fits its table; an error says what is wrong.
SELECT bt_index_check(:index::regclass, true);

-- name: state
-- Which transactions have ended, and which are running; and the schema's version.
SELECT CAST(pg_current_snapshot() AS TEXT), version FROM store;
