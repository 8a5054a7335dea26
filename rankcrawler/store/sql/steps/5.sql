-- From version 4: lists under one clock are all kept, in the order of their polls; and a chain of delta lists knows how
-- many rows it has.

-- the list's own clock, if at_ms is not it
ALTER TABLE polls ADD COLUMN clock_ms {big};

-- what is wrong with the poll, not with its list; a key of texts
ALTER TABLE polls ADD COLUMN flags {int} {references texts};

-- rows written for this list and those before it in its chain; null for lists from before version 5
ALTER TABLE snapshots ADD COLUMN chain_rows {int};

CREATE TABLE purges (                      -- purges that removed something
  before_day {int} NOT NULL                -- the days before it were removed; their sums stay
) {strict};

INSERT INTO purges (before_day) SELECT min(at_ms) / 86400000 FROM polls HAVING min(at_ms) IS NOT NULL;
