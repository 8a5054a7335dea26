"""Which lists are a room's own, if what came before cannot tell: those that most of its polls agree with.

A room's first answers may be another room's, or empty by mistake. Nothing that came before contradicts them, so coins
are counted once enough polls have shown the same room. Later it takes more to believe other contributors.
"""

from collections.abc import Sequence
from operator import itemgetter

from rankcrawler.store import places, tally
from rankcrawler.store.database import Database, Record
from rankcrawler.store.room import ListPlace, Room
from rankcrawler.store.shown import Scores, Shown
from rankcrawler.store.standing import Standing
from rankcrawler.store.taken_list import TakenList
from rankcrawler.store.tally import Fit

ENOUGH, LONG_MS = 4, 100_000
"""Polls that have to agree with each other, and over how long, in a room that next to nothing is known of."""
REPLACED_BY, REPLACED_MS = 5, 600_000
"""The same until other contributors are taken for those of a known room."""

_seen_at = itemgetter(-1)


class Votes:
    """The lists of a database's rooms, and whether they agree. All lists have to be in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_known(self, room: Room) -> bool:
        """Whether enough polls have shown a room."""
        return len(self._counted(room)) >= ENOUGH

    def had_none(self, room: Room) -> bool:
        """Whether a room without contributors has had none for long."""
        span = {"room_key": room.room_key, "until_ms": room.counted_ms}
        [(polls, first_ms, last_ms)] = self._database.all("counted_span", **span)
        return bool(polls >= ENOUGH and last_ms - first_ms >= LONG_MS)

    def is_confirmed(self, taken: TakenList, shown: Shown) -> bool:
        """Whether the list of a room that had no contributors agrees with those before it that showed some."""
        return self._is_elected(taken, shown, self.since_counted(taken.room, Standing.UNCONFIRMED))

    def is_elected(self, taken: TakenList, shown: Shown, *, follows: bool) -> bool:
        """Whether more polls of a hardly known room agree with a list than not; it may follow those that count."""
        room, counted = taken.room, self._counted(taken.room)
        found = [each for standing in _DOUBTED for each in self.since_counted(room, standing)]
        doubted = sorted(found, key=_seen_at)
        empty = self._empty(room, _seen_at(doubted[-ENOUGH + 1 :][0]) if doubted else room.counted_ms)
        if follows and not empty and all(self.agrees(each, shown) for each in doubted):
            return True
        return self._is_elected(taken, shown, doubted, counted if follows else (), len(counted) + empty)

    def is_replaced(self, taken: TakenList, shown: Shown, older: Sequence[Record]) -> bool:
        """Whether most answers for long agree with a list that contradicts those before them in a known room."""
        long_ago = sum(_seen_at(each) <= taken.at_ms - REPLACED_MS for each in older)
        if not long_ago or len(older) < REPLACED_BY - 1:
            return False
        since = older[min(long_ago - 1, len(older) - REPLACED_BY + 1) :]
        empty = self._empty(taken.room, _seen_at(since[0]))
        return empty <= len(since) and self._is_elected(taken, shown, since, enough=REPLACED_BY, long_ms=REPLACED_MS)

    def since_counted(self, room: Room, standing: Standing) -> list[Record]:
        """A room's lists of a standing since the last that counts, oldest first."""
        span = {"room_key": room.room_key, "since_ms": room.counted_ms}
        return self._database.all("lists_standing", **span, standing=int(standing))[::-1]

    def agrees(self, record: Record, shown: Shown) -> bool:
        """Whether a list can follow an earlier one, with which it shares contributors."""
        return _agree(self.scores(record), shown)

    def scores(self, record: Record) -> Scores:
        """The scores of a list; none if rows of it are missing."""
        rows = places.read(self._database, ListPlace(*record[:5])) or []
        return Shown(rows, len(rows) + 1).scores

    def _is_elected(
        self,
        taken: TakenList,
        shown: Shown,
        doubted: Sequence[Record],
        agreed: Sequence[int] = (),
        others: int = 0,
        *,
        enough: int = ENOUGH,
        long_ms: int = LONG_MS,
    ) -> bool:
        """Whether a list has most votes: of doubted lists, and of other polls, some of which agreed at these times.

        One that shows less than the last of those is not taken for a beginning: what it lacks would count as given.
        """
        asked = [*doubted[:ENOUGH], *doubted[ENOUGH:][-ENOUGH:]]

        def are_enough(those: Sequence[Record]) -> bool:
            times = [*agreed, *map(_seen_at, those), taken.at_ms]
            is_most = 2 * len(times) > others + len(asked) + 1
            return is_most and len(times) >= enough and max(times) - min(times) >= long_ms

        if not are_enough(asked):
            return False  # whatever they show
        shown_by = {each: scores for each in asked if _agree(scores := self.scores(each), shown)}
        return are_enough([*shown_by]) and not any(
            _shows_more(earlier, shown) for earlier in [*shown_by.values()][-ENOUGH + 1 :]
        )

    def _empty(self, room: Room, since_ms: int) -> int:
        """How many polls after a moment brought an empty list."""
        return int(self._database.all("empty_polls", room_key=room.room_key, since_ms=since_ms)[0][0])

    def _counted(self, room: Room) -> list[int]:
        """When the last few polls were whose lists count."""
        found = self._database.all("counted_polls", room_key=room.room_key, until_ms=room.counted_ms, limit=ENOUGH)
        return [at_ms for (at_ms,) in found]


_DOUBTED = (Standing.OLDER, Standing.UNCONFIRMED)


def _agree(earlier: Scores, shown: Shown) -> bool:
    if earlier.keys().isdisjoint(shown.scores):
        return False
    return tally.fit(tally.change(earlier, shown.scores), shown, {}) is Fit.FOLLOWS


def _shows_more(earlier: Scores, shown: Shown) -> bool:
    """Whether a contributor had more in an earlier list."""
    return any(score is not None and score < (earlier.get(user) or 0) for user, score in shown.scores.items())
