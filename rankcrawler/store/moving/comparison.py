"""Compares two stores record by record, in the order of their keys."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.store.database import Record
from rankcrawler.store.moving.held import Held, statements
from rankcrawler.store.moving.side import Side

CHUNK = 10_000
"""Records that are read, compared and written together."""


class Differs(StoreError):  # noqa: N818 — says what was found
    """A record is not the same in both stores; the message names it, and none of its values."""


def records(side: Side, table: Held, after: Record | None, until: Record | None = None) -> list[Record]:
    """Records in the order of their keys, after one key and up to another; without the latter, at most CHUNK of them.

    All records of a table without a key.
    """
    queries = statements(table, side.dialect.name)
    if not table.key:
        return side.run(queries["records"])
    bounds = [] if after is None else [after[0], *after]
    if until is not None:
        return side.run(queries["records_until" if after is None else "records_between"], [*bounds, until[0], *until])
    return side.run(queries["first_records" if after is None else "records_after"], [*bounds, CHUNK])


def compare(old: Side, new: Side, table: Held, last: Record | None = None) -> Iterator[int]:
    """Yield how many records were found to be the same, time after time; raises Differs for the first that is not.

    With `last`, no record after that key is looked at.
    """
    after: Record | None = None
    while True:
        ours = records(old, table, after)
        is_end = len(ours) < CHUNK or not table.key
        until = None if is_end else table.key_of(ours[-1])
        if last is not None and table.key and (until is None or until >= last):
            ours, until, is_end = [each for each in ours if table.key_of(each) <= last], last, True
        theirs = records(new, table, after, until)
        if ours != theirs:
            raise Differs(_first(table, ours, theirs))
        yield len(ours)
        if is_end:
            return
        after = until


def _first(table: Held, ours: Sequence[Record], theirs: Sequence[Record]) -> str:
    """The first difference, in words."""
    pairs = enumerate(zip_longest(ours, theirs))
    number, (one, other) = next((place, pair) for place, pair in pairs if pair[0] != pair[1])
    if not table.key:
        return tr("{table}: record {number} differs", table=table.name, number=number + 1)
    keys = [None if each is None else table.key_of(each) for each in (one, other)]
    if keys[0] == keys[1] and one is not None and other is not None:
        columns = [name for name, a, b in zip(table.columns, one, other, strict=True) if a != b]
        where = table.described(table.key_of(one))
        return tr("{table}: {columns} of {key} differs", table=table.name, columns=", ".join(columns), key=where)
    if keys[1] is None or (keys[0] is not None and keys[0] < keys[1]):
        assert keys[0] is not None
        return tr("{table}: {key} is not in the copy", table=table.name, key=table.described(keys[0]))
    return tr("{table}: {key} is in the copy alone", table=table.name, key=table.described(keys[1]))
