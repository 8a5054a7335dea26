"""Makes a damaged database consistent again: rebuilds what the rest of it tells, and marks what is lost.

A list of which rows are missing cannot be known any more: it is removed, and its polls are marked `damaged`. The lists
after it in its chain are kept, those of which all rows are known: the first is written whole, the next build upon it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rankcrawler.store import checking, days, recounting, tables
from rankcrawler.store.checking import Chain
from rankcrawler.store.database import Database, Record
from rankcrawler.store.laying import Laid, Listed


class _Found(NamedTuple):
    """A list of a chain; of one whose record is lost, only the key and the rows are known."""

    snapshot_key: int
    step: int
    entry_count: int | None
    chain_rows: int | None
    rows: dict[int, Record]
    """By position, as the table `entries` has them."""


def repair(database: Database) -> None:
    """Repair everything, in a transaction without writers beside it."""
    database.rebuild_indexes()
    database.each("remove_rows_without_keys", [{}])
    for chain in list(checking.broken_chains(database)):
        _rebuild(database, chain)
    for query in (
        "mark_polls",
        "leave_rooms",
        "forget_lists",
        "forget_counted",
        "remove_lost_rows",
        "remove_lost_quarantine",
        "restore_polls",
    ):
        database.each(query, [{}])
    hours = database.all("check_hours")
    for day, room_key, *_ in database.all("check_days"):
        hours += database.all("hours_of_room", day=day, room_key=room_key)
        database.each("empty_room_day", [{"day": day, "room_key": room_key}])
    database.bulk("count_room_hours_again", [(*record, 0) for record in hours])
    for source_key, day in list(recounting.differing(database)):
        recounting.recount(database, source_key, day)


def _rebuild(database: Database, chain: Chain) -> None:
    """Keep the lists of a chain of which all rows are known, and remove the others."""
    laid, base, place = Laid[Record](), chain.base_key, (-1, 0)
    is_whole = True
    """Whether all lists before are kept, so that the next one needs nothing else."""
    for listed in _lists(database, chain):
        count, rows = listed.entry_count, listed.chain_rows
        if count is None:  # its rows are taken for all that it had; the next list's chain_rows says whether they are
            count, rows = max([*laid.rows, *listed.rows], default=0), laid.counted + len(listed.rows)
        laid.lay(Listed(listed.step, count, rows), listed.rows)
        if not laid.is_sound or listed.entry_count is None:
            _remove(database, listed.snapshot_key)
            is_whole = False
        elif is_whole:
            place = place[0] + 1, place[1] + len(listed.rows)
            database.bulk("rebase_lists", [(base, place[0], place[1], listed.snapshot_key)])
        else:
            base, place, is_whole = listed.snapshot_key, (0, listed.entry_count), True
            _write_whole(database, listed, laid.rows)


def _lists(database: Database, chain: Chain) -> Iterator[_Found]:
    """The lists of a chain, oldest first, with those whose record is lost."""
    span = {"base_key": chain.base_key, "last_key": days.last_key_of_day(chain.base_key)}
    found = {record[0]: record[1:] for record in database.all("lists_of_chain", **span)}
    lost = {record[0] for record in database.all("lost_lists", room_key=chain.room_key, **span)}
    for key in sorted({chain.base_key, *found, *lost}):
        rows = {record[1]: record for record in database.all("rows_of_list", snapshot_key=key)}
        step, entry_count, chain_rows = found.get(key, (0, None, None))
        yield _Found(key, step, entry_count, chain_rows, rows)


def _write_whole(database: Database, listed: _Found, rows: dict[int, Record]) -> None:
    key = listed.snapshot_key
    database.bulk("remove_rows", [(key,)])
    database.insert(tables.ENTRIES, [(key, *row[1:]) for _, row in sorted(rows.items())])
    database.bulk("rebase_lists", [(key, 0, len(rows), key)])


def _remove(database: Database, key: int) -> None:
    database.bulk("remove_rows", [(key,)])
    database.bulk("remove_lists", [(key,)])
