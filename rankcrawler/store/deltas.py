"""Delta lists: a room's first list of a day is written whole, each list after it as the rows that differ.

To read a list, lay the rows of its chain over each other, by position, up to its own step. A chain ends with its day
(UTC), so that days can be purged, and when a whole list costs little more.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Generic, TypeVar

from rankcrawler.store import days
from rankcrawler.store.database import Database, Record
from rankcrawler.store.days import KEY_BITS, day_of
from rankcrawler.store.laying import Listed, laid
from rankcrawler.store.room import ListPlace
from rankcrawler.store.rows import USER_AT, EntryRow

LONGEST = 60
"""Lists in a chain: to read the last one is to read the rows of all."""
MOST_CHANGED = 0.6
"""The share of rows that may differ; if more do, the list is written whole."""
REMEMBERED = 1000
"""Rooms whose last list is remembered; about 30 KB each."""

T = TypeVar("T")


def read(database: Database, place: ListPlace) -> list[EntryRow] | None:
    """The rows of a list; None if some are missing."""
    records = database.all("list_rows", **days.chain(place.base_key, place.step))
    return laid(records, Listed(place.step, place.entry_count, place.chain_rows), _row).in_order()


_FIRST = 4
"""Where the values of the row begin in a record of list_rows."""
_OTHERS = _FIRST + USER_AT + 1


def _row(record: Record) -> EntryRow:
    return EntryRow._make([*record[_FIRST:_OTHERS], record[_OTHERS:]])


def chain_rows(last: ListPlace, written: int) -> int | None:
    """How many rows a chain has with a delta list of so many rows on its last list."""
    return None if last.chain_rows is None else last.chain_rows + written


def differing(before: Sequence[EntryRow], rows: Sequence[EntryRow]) -> list[int]:
    """The indexes of rows that changed or are new."""
    same = min(len(before), len(rows))
    return [at for at in range(same) if rows[at] != before[at]] + list(range(same, len(rows)))


def shared(before: Sequence[EntryRow], rows: Sequence[EntryRow], differing: Sequence[int]) -> list[EntryRow]:
    """The rows, where those that did not change are the records of the list before: new memory is for changes alone."""
    found = [*before[: len(rows)], *rows[len(before) :]]
    for index in differing:
        found[index] = rows[index]
    return found


def can_follow(last: ListPlace, at_ms: int, changed: int, length: int) -> bool:
    """Whether a list of `length` rows is written as a delta list on the room's last."""
    if day_of(last.base_key >> KEY_BITS) != day_of(at_ms):
        return False
    return last.step + 1 < LONGEST and changed <= MOST_CHANGED * length


class LastLists(Generic[T]):
    """The last lists of rooms as this worker wrote them, valid while the room's last list still has that key."""

    def __init__(self) -> None:
        self._lists: OrderedDict[int, tuple[int, T]] = OrderedDict()

    def keep(self, room_key: int, snapshot_key: int, last: T) -> None:
        """Remember a room's last list."""
        self._lists[room_key] = snapshot_key, last
        self._lists.move_to_end(room_key)
        if len(self._lists) > REMEMBERED:
            self._lists.popitem(last=False)

    def get(self, room_key: int, snapshot_key: int) -> T | None:
        """A room's list, if it is remembered."""
        key, last = self._lists.get(room_key, (None, None))
        return last if key == snapshot_key else None

    def forget(self) -> None:
        """Forget everything."""
        self._lists.clear()
