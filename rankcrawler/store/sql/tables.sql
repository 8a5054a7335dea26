-- The same queries for each table that store/tables.py describes; {…} stands for its names.

-- name: insert
-- Adds records.
INSERT INTO {table} ({columns}) {rows};

-- name: find
-- The keys of records that are stored once.
WITH w ({columns}) AS ({rows})
SELECT {found}, t.{key} FROM w CROSS JOIN {table} t WHERE {matches};

-- name: add
-- Adds records, except those that another worker has added meanwhile.
INSERT INTO {table} ({columns}) {rows} ON CONFLICT DO NOTHING;
