"""Finds the keys of records that a database holds once, and adds those that are new."""

from collections.abc import Sequence

from rankcrawler.store.database import Database, Record
from rankcrawler.store.tables import InternedTable


def keys_of(
    database: Database, table: InternedTable, records: Sequence[Record], new: set[int] | None = None
) -> list[int]:
    """The keys of records; adds those that are missing, unless another worker does, and notes them in `new`."""
    width = len(table.identity)
    known = _known(database, table, records)
    missing = sorted((each for each in records if each[:width] not in known), key=lambda each: each[:width])
    if missing:
        database.bulk(table.add, missing)
        found = _known(database, table, missing)
        known |= found
        if new is not None:
            new.update(found.values())
    return [known[each[:width]] for each in records]


def _known(database: Database, table: InternedTable, records: Sequence[Record]) -> dict[Record, int]:
    width = len(table.identity)
    found = database.find(table.find, [each[:width] for each in records])
    return {each[:width]: each[width] for each in found}
