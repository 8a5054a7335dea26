"""Who gave how much in a room between two of its lists: walks the lists in between, one after the other."""

from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import itemgetter

from rankcrawler.clock import iso
from rankcrawler.errors import DamagedList
from rankcrawler.model import kinds
from rankcrawler.model.kinds import ListKind
from rankcrawler.store import days, increments
from rankcrawler.store.answers import Gain, Gains
from rankcrawler.store.database import Database
from rankcrawler.store.laying import Laid, Listed, laid
from rankcrawler.store.lists import StoredList, StoredRoom
from rankcrawler.store.values import restored

Place = tuple[int | None, int | None]
"""A contributor and a score."""
Places = dict[int, Place]
"""A list, by position."""
Scores = dict[int, int | None]

NONE = Gains(None, None, [], 0, 0.0)
"""Of a room without lists."""


def between(database: Database, room: StoredRoom, span: tuple[int, int], damage: list[DamagedList]) -> Gains:
    """From the list that the room had when the span begins, or its first one in it, to the one it had when it ends.

    Lists with missing rows are left out, and added to `damage`.
    """
    key, (since_ms, until_ms) = room.room_key, span
    first = database.all("list_at", room_key=key, at_ms=since_ms) or database.all(
        "gains_first_list", room_key=key, since_ms=since_ms, until_ms=until_ms
    )
    last = database.all("list_at", room_key=key, at_ms=until_ms)
    if not first or not last:
        return NONE
    begin, end = StoredList(*first[0]), StoredList(*last[0])
    walk = _Walk(kinds.named(room.name.kind))
    for places in _lists(database, room, begin, until_ms, damage):
        walk.step(places)
    times = database.all("gains_poll_times", room_key=key, since_ms=begin.at_ms, until_ms=end.at_ms)
    answered = [at for at, is_answered in times if is_answered]
    longest = max((later - earlier for earlier, later in pairwise(answered)), default=0)
    gains = sorted(walk.gains(database), key=lambda gain: (-gain.coins, gain.user_id))
    return Gains(iso(begin.at_ms), iso(end.at_ms), gains, len(times) - len(answered), longest / 1000)


def _lists(
    database: Database, room: StoredRoom, begin: StoredList, until_ms: int, damage: list[DamagedList]
) -> Iterator[Places]:
    """The list to begin with, and those after it; those with missing rows are left out, and added to `damage`."""
    base, now = begin.base_key, _whole(database, begin.base_key, begin.listed)
    yield from _sound(now, room, begin.captured_ms, damage)
    span = {"since_ms": begin.at_ms, "until_ms": until_ms}
    rows = database.all("gains_rows", room_key=room.room_key, **span)
    for (_, captured_ms, base_key, *place), written in groupby(rows, key=itemgetter(slice(6))):
        listed = Listed(*place)
        if listed.step and base_key != base:
            now = _whole(database, base_key, listed)
        else:
            now = now if listed.step else Laid()
            now.lay(listed, {row[6]: row[7:] for row in written if row[6] is not None})
        base = base_key
        yield from _sound(now, room, captured_ms, damage)


def _sound(now: Laid[Place], room: StoredRoom, captured_ms: int, damage: list[DamagedList]) -> Iterator[Places]:
    if now.is_sound:
        yield now.rows
    else:
        damage.append(DamagedList(room.name.room_id, iso(captured_ms)))


def _whole(database: Database, base_key: int, listed: Listed) -> Laid[Place]:
    return laid(database.all("gains_list", **days.chain(base_key, listed.step)), listed, itemgetter(slice(4, 6)))


class _Walk:
    """Goes from list to list, and adds up what each contributor gave and what else happened to them."""

    def __init__(self, kind: ListKind) -> None:
        self._kind = kind
        self._first: Scores | None = None
        self._now: Scores = {}
        self._known: Scores = {}
        self._seen: set[int] = set()
        self._floor = 0
        self._coins: dict[int, int] = {}
        self._marks: dict[int, dict[str, None]] = {}

    def step(self, places: Places) -> None:
        """Take the next list."""
        scores = {user: score for user, score in places.values() if user is not None}
        if self._first is None:
            self._first = scores
        else:
            self._compare(scores)
        self._now = scores
        self._seen |= scores.keys()
        self._known |= {user: score for user, score in scores.items() if score is not None}
        self._floor = increments.unseen([score for _, score in places.values()], self._kind.capacity)

    def gains(self, database: Database) -> Iterator[Gain]:
        """One for every contributor who gave, entered or left."""
        first, users = self._first or {}, sorted({*self._coins, *self._marks})
        named = database.each("gains_contributor", [{"user_key": user} for user in users])
        for user, (name,) in zip(users, named, strict=True):
            user_id, nickname = restored(name)
            coins, marks = self._coins.get(user, 0), tuple(self._marks.get(user, ()))
            yield Gain(user_id, nickname, coins, first.get(user), self._now.get(user), marks)

    def _compare(self, scores: Scores) -> None:
        for user in self._now.keys() - scores.keys():
            self._mark(user, "left")
        for user, score in scores.items():
            was = self._known.get(user)
            has_entered = user not in self._now
            if has_entered:
                self._mark(user, "reentered" if user in self._seen else "entered")
            if self._kind.scores_are_gifts:
                self._count(user, was, score, has_entered)

    def _count(self, user: int, was: int | None, score: int | None, has_entered: bool) -> None:
        if was is not None and score is not None and score < was:
            self._mark(user, "reset")
        coins = increments.since_unseen(was, score, self._floor) if has_entered else increments.increment(was, score)
        if coins:
            self._coins[user] = self._coins.get(user, 0) + coins

    def _mark(self, user: int, mark: str) -> None:
        self._marks.setdefault(user, {})[mark] = None
