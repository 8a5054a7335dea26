"""The marks of contributors who left a room's lists: coins count from there on if they come back."""

from collections.abc import Iterable

from rankcrawler.store.batch import Batch
from rankcrawler.store.database import Database
from rankcrawler.store.taken_list import TakenList

Key = tuple[int, int, int]
"""A room, a contributor, and when the room's scores began."""


class FormerMarks:
    """Looks marks up for all lists of a batch together, as far as it is known beforehand who enters."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[Key, int | None] = {}

    def look_up(self, entering: Iterable[tuple[TakenList, Iterable[int]]]) -> None:
        """Forget the last batch, and look up contributors who may enter with lists of the next."""
        self._found = self._read({key: taken.at_ms for taken, users in entering for key in _keys(taken, users)})

    def of(self, users: Iterable[int], taken: TakenList, batch: Batch) -> dict[int, int]:
        """The marks of those who left the room's lists before this one, also in the same batch."""
        keys = _keys(taken, users)
        if missing := {key: taken.at_ms for key in keys if key not in self._found}:
            self._found |= self._read(missing)
        marks = {key[1]: mark for key in keys if (mark := self._found[key]) is not None}
        began_ms, entering = taken.room.began_ms or 0, {key[1] for key in keys}
        for until_ms, mark, _, user, _ in batch.ended_stays.get(taken.room.room_key, ()):
            if user in entering and mark is not None and until_ms >= began_ms:
                marks[user] = max(mark, marks.get(user, 0))
        return marks

    def _read(self, wanted: dict[Key, int]) -> dict[Key, int | None]:
        """The marks of contributors, each with a list that they were in before, or None."""
        rows = [(room, user, at_ms, began_ms) for (room, user, began_ms), at_ms in wanted.items()]
        found = {(room, user): mark for room, user, mark in self._database.find("former_marks", rows)}
        return {key: found[key[:2]] for key in wanted}


def _keys(taken: TakenList, users: Iterable[int]) -> list[Key]:
    began_ms = taken.room.began_ms or 0
    return [(taken.room.room_key, user, began_ms) for user in users]
