"""Finds the keys of records that a database holds once, and adds those that are new."""

from collections.abc import Sequence

from rankcrawler.store.database import Database, Record
from rankcrawler.store.tables import InternedTable


def keys_of(database: Database, table: InternedTable, records: Sequence[Record]) -> list[int]:
    """The keys of records; adds those that are new, unless another worker does so meanwhile."""
    width = len(table.identity)
    known = _known(database, table, records)
    missing = sorted((each for each in records if each[:width] not in known), key=lambda each: each[:width])
    if missing:
        database.bulk(table.add, missing)
        known |= _known(database, table, missing)
    return [known[each[:width]] for each in records]


def _known(database: Database, table: InternedTable, records: Sequence[Record]) -> dict[Record, int]:
    width = len(table.identity)
    found = database.find(table.find, [each[:width] for each in records])
    return {each[:width]: each[width] for each in found}
