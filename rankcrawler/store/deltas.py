"""Lists of one room that follow each other: the first is written whole, of the others the rows that differ.

A list is read by laying the rows of its chain over each other, by position, up to its own step. A chain
ends with its day (UTC), so that days can be purged, and when a whole list costs little more.
"""

from collections import OrderedDict
from collections.abc import Sequence

from rankcrawler.store.database import Database
from rankcrawler.store.days import chain_of
from rankcrawler.store.rows import EntryRow

LONGEST = 60
"""Lists of a chain: reading the last one reads the rows of all."""
MOST_CHANGED = 0.6
"""The share of rows that may differ; where more do, the list is written whole."""
REMEMBERED = 1000
"""Rooms whose last list is remembered; about 20 KB each."""


def read(database: Database, base_key: int, step: int, entry_count: int) -> list[EntryRow]:
    """The rows of a list."""
    rows: dict[int, EntryRow] = {}
    for position, *row in database.all("list_rows", *chain_of(base_key, step)):
        rows[position] = EntryRow(*row)
    return [rows[position] for position in range(1, entry_count + 1)]


def differing(before: Sequence[EntryRow], rows: Sequence[EntryRow]) -> list[int]:
    """The indexes of rows that are not as they were."""
    same = min(len(before), len(rows))
    return [at for at in range(same) if rows[at] != before[at]] + list(range(same, len(rows)))


class LastLists:
    """The last lists of rooms, as this worker wrote them: valid while the room's last snapshot is still that one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lists: OrderedDict[int, tuple[int, list[EntryRow]]] = OrderedDict()

    def keep(self, room_key: int, snapshot_key: int, rows: list[EntryRow]) -> None:
        """Remember a room's last list."""
        self._lists[room_key] = snapshot_key, rows
        self._lists.move_to_end(room_key)
        if len(self._lists) > REMEMBERED:
            self._lists.popitem(last=False)

    def get(self, room_key: int, snapshot_key: int) -> list[EntryRow] | None:
        """A room's list, if it is remembered."""
        key, rows = self._lists.get(room_key, (None, []))
        return rows if key == snapshot_key else None

    def forget(self) -> None:
        """Know nothing."""
        self._lists.clear()
