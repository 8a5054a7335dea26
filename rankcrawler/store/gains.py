"""Who gave how much in a room between two of its lists: walks the lists in between, one after the other."""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

from rankcrawler.clock import iso
from rankcrawler.model import kinds
from rankcrawler.model.kinds import ListKind
from rankcrawler.store import days, increments
from rankcrawler.store.answers import Gain, Gains
from rankcrawler.store.database import Database
from rankcrawler.store.lists import StoredList, StoredRoom
from rankcrawler.store.values import restored

Places = dict[int, tuple[int | None, int | None]]
"""A list: contributor and score by position."""
Scores = dict[int, int | None]

NONE = Gains(None, None, [], 0, 0.0)
"""Of a room without lists."""


def between(database: Database, room: StoredRoom, since_ms: int, until_ms: int) -> Gains:
    """From the list that the room had at `since_ms`, or its first one after that, to the one it had at `until_ms`."""
    key, span = room.room_key, {"since_ms": since_ms, "until_ms": until_ms}
    first = database.all("list_at", room_key=key, at_ms=since_ms) or database.all(
        "gains_first_list", room_key=key, **span
    )
    last = database.all("list_at", room_key=key, at_ms=until_ms)
    if not first or not last:
        return NONE
    begin, end = StoredList(*first[0]), StoredList(*last[0])
    walk = _Walk(kinds.named(room.name.kind))
    for places in _lists(database, key, begin, until_ms):
        walk.step(places)
    times = database.all("gains_poll_times", room_key=key, since_ms=begin.at_ms, until_ms=end.at_ms)
    answered = [at for at, is_answered in times if is_answered]
    longest = max((later - earlier for earlier, later in pairwise(answered)), default=0)
    gains = sorted(walk.gains(database), key=lambda gain: (-gain.coins, gain.user_id))
    return Gains(iso(begin.at_ms), iso(end.at_ms), gains, len(times) - len(answered), longest / 1000)


def _lists(database: Database, room_key: int, begin: StoredList, until_ms: int) -> Iterator[Places]:
    """The list to begin with, and those after it."""
    base, places = begin.base_key, _whole(database, begin.base_key, begin.step, begin.entry_count)
    yield places
    rows = database.all("gains_rows", room_key=room_key, since_ms=begin.at_ms, until_ms=until_ms)
    for (_, base_key, step, entry_count), written in groupby(rows, key=lambda row: row[:4]):
        if step == 0:
            places = _laid({}, (row[4:] for row in written), entry_count)
        elif base_key == base:
            places = _laid(places, (row[4:] for row in written), entry_count)
        else:
            places = _whole(database, base_key, step, entry_count)
        base = base_key
        yield places


def _laid(under: Places, rows: Iterable[tuple[Any, ...]], entry_count: int) -> Places:
    """Rows of position, contributor and score, laid over the list before."""
    over = {position: (user, score) for position, user, score in rows if position is not None}
    both = under | over
    return {position: both[position] for position in range(1, entry_count + 1)}


def _whole(database: Database, base_key: int, step: int, entry_count: int) -> Places:
    return _laid({}, database.all("gains_list", **days.chain(base_key, step)), entry_count)


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
