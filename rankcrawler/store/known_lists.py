"""Remembers lists that were read, in little memory: a list that is written never changes."""

from array import array
from collections.abc import Mapping, Sequence

from rankcrawler.store import places
from rankcrawler.store.database import Database
from rankcrawler.store.room import ListPlace
from rankcrawler.store.shown import Scored, Scores

MOST = 8000
"""Lists that are remembered: of a hundred rows, they take 15 MB."""
_UNKNOWN = -(2**63)
"""Stands for a score that is not known; no store holds such a one."""


class KnownList:
    """Whose the rows of a list are, and their scores."""

    __slots__ = ("_scores", "_users", "coins")

    def __init__(self, rows: Sequence[Scored]) -> None:
        self._users = array("q", [0 if user is None else user for user, _ in rows])
        self._scores = array("q", [_UNKNOWN if score is None else score for _, score in rows])
        self.coins = sum(score or 0 for _, score in rows)
        """The sum of the scores."""

    def __len__(self) -> int:
        return len(self._users)

    @property
    def best(self) -> Scored | None:
        """The first row of the highest score; None in an empty list, and without a score above 0."""
        score = max(self._scores, default=0)
        return (self._users[self._scores.index(score)] or None, score) if score > 0 else None

    def scores(self) -> Scores:
        """The scores by contributor; the first one, if a contributor has two rows."""
        rows = zip(reversed(self._users), reversed(self._scores), strict=True)
        return {user: None if score == _UNKNOWN else score for user, score in rows if user}


class KnownLists:
    """Lists of one store; several threads may read them at the same time."""

    def __init__(self) -> None:
        self._lists: dict[ListPlace, KnownList] = {}

    def read(self, database: Database, wanted: Mapping[int, ListPlace | None]) -> dict[int, KnownList | None]:
        """Many lists at once, by any key; None if rows are missing, or for the place None."""
        known = self._lists
        unread = {key: place for key, place in wanted.items() if place is not None and place not in known}
        read = places.read_all(database, unread)
        new = {unread[key]: KnownList(rows) for key, rows in read.items() if rows is not None}
        there = known | new if new else known
        self._lists = new if len(there) > MOST else there
        return {key: None if place is None else there.get(place) for key, place in wanted.items()}
