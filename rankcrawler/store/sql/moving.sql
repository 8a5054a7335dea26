-- The same queries for each table of a store that is copied into another; {…} stands for its names, and {word} for a
-- value. The first column of a key is compared once more, so that PostgreSQL finds records and partitions by it.

-- name: first_records
-- The first records in the order of the key.
SELECT {columns} FROM {table} ORDER BY {order} LIMIT {word};

-- name: records_after
-- The records after a key, in its order.
SELECT {columns} FROM {table} WHERE {first} >= {word} AND ({order}) > ({words}) ORDER BY {order} LIMIT {word};

-- name: records_until
-- The records up to a key, in its order.
SELECT {columns} FROM {table} WHERE {first} <= {word} AND ({order}) <= ({words}) ORDER BY {order};

-- name: records_between
-- The records after a key and up to another, in their order.
SELECT {columns} FROM {table} WHERE {first} >= {word} AND ({order}) > ({words}) AND {first} <= {word}
AND ({order}) <= ({words}) ORDER BY {order};

-- name: records
-- All records, in the order of the key.
SELECT {columns} FROM {table} ORDER BY {order};

-- name: number_of_records
-- How many there are.
SELECT count(*) FROM {table};

-- name: any_record
-- Whether there is one.
SELECT 1 FROM {table} LIMIT 1;

-- name: clear
-- Removes all records.
DELETE FROM {table};

-- name: make_bookmarks
-- In a new store that is not whole yet: up to which key each table was copied, as JSON, and from where.
CREATE TABLE _bookmarks (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- name: bookmarks
-- Where copying has got to.
SELECT name, value FROM _bookmarks;

-- name: set_bookmark
-- Notes how far a table was copied.
INSERT INTO _bookmarks (name, value) VALUES ({word}, {word}) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: remove_bookmark
-- After a table was cleared.
DELETE FROM _bookmarks WHERE name = {word};

-- name: drop_bookmarks
-- The copy is whole.
DROP TABLE _bookmarks;
