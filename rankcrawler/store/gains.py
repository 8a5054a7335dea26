"""Who gave how much in a room between two of its lists: the lists in between, walked from one to the next."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from rankcrawler.clock import iso
from rankcrawler.store import increments
from rankcrawler.store.contract import Gain, Gains
from rankcrawler.store.database import Database, Row
from rankcrawler.store.days import chain_of
from rankcrawler.store.lists import Written, texts

Places = dict[int, tuple[int | None, int | None]]
"""A list: user and score by position."""
Scores = dict[int, int | None]

NONE = Gains(None, None, [], 0, 0.0)
"""Of a room without lists."""


def between(database: Database, room_key: int, since_ms: int, until_ms: int) -> Gains:
    """From the list that the room had at `since_ms`, or else its first after it, to the one it had at `until_ms`."""
    first = database.all("list_at", room_key, since_ms) or database.all("first_list", room_key, since_ms, until_ms)
    last = database.all("list_at", room_key, until_ms)
    if not first or not last:
        return NONE
    begin, end = Written(*first[0]), Written(*last[0])
    walk = _Walk()
    for places in _lists(database, room_key, begin, until_ms):
        walk.step(places)
    times = database.all("poll_times", room_key, begin.at_ms, end.at_ms)
    answered = [at for at, is_answered in times if is_answered]
    longest = max((later - earlier for earlier, later in pairwise(answered)), default=0)
    gains = sorted(walk.gains(database), key=lambda gain: (-gain.coins, gain.user_id))
    return Gains(iso(begin.at_ms), iso(end.at_ms), gains, len(times) - len(answered), longest / 1000)


def _lists(database: Database, room_key: int, begin: Written, until_ms: int) -> Iterator[Places]:
    chains = {begin.base_key: _whole(database, begin.base_key, begin.step, begin.entry_count)}
    yield chains[begin.base_key]
    rows = database.all("scores_between", room_key, begin.at_ms, until_ms)
    for (_, base_key, step, entry_count), written in groupby(rows, key=lambda row: row[:4]):
        if step == 0:
            places = _laid({}, written, entry_count)
        elif base_key in chains:
            places = _laid(chains[base_key], written, entry_count)
        else:
            places = _whole(database, base_key, step, entry_count)
        chains = {base_key: places}
        yield places


def _laid(under: Places, written: Iterator[Row], entry_count: int) -> Places:
    """The rows of a list over those of the one before."""
    over = {position: (user, score) for *_, position, user, score in written if position is not None}
    both = under | over
    return {position: both[position] for position in range(1, entry_count + 1)}


def _whole(database: Database, base_key: int, step: int, entry_count: int) -> Places:
    rows = database.all("list_rows", *chain_of(base_key, step))
    both = {position: (rest[-1], rest[1]) for position, *rest in rows}
    return {position: both[position] for position in range(1, entry_count + 1)}


class _Walk:
    """Goes from list to list, and keeps what each user gave, and what else happened to them."""

    def __init__(self) -> None:
        self._first: Scores | None = None
        self._now: Scores = {}
        self._known: Scores = {}
        self._seen: set[int] = set()
        self._floor = 0
        self._coins: dict[int, int] = {}
        self._marks: dict[int, dict[str, None]] = {}

    def step(self, places: Places) -> None:
        """The next list."""
        scores = {user: score for user, score in places.values() if user is not None}
        if self._first is None:
            self._first = scores
        else:
            self._compare(scores)
        self._now = scores
        self._seen |= scores.keys()
        self._known |= {user: score for user, score in scores.items() if score is not None}
        self._floor = increments.unseen([score for _, score in places.values()])

    def gains(self, database: Database) -> Iterator[Gain]:
        """Of every user who gave something, or came, or went."""
        first, users = self._first or {}, sorted({*self._coins, *self._marks})
        named = database.each("user_by_key", [(user,) for user in users])
        for user, (name,) in zip(users, named, strict=True):
            user_id, nickname = texts(name)
            coins, marks = self._coins.get(user, 0), tuple(self._marks.get(user, ()))
            yield Gain(user_id, nickname, coins, first.get(user), self._now.get(user), marks)

    def _compare(self, scores: Scores) -> None:
        for user in self._now.keys() - scores.keys():
            self._mark(user, "left")
        for user, score in scores.items():
            was = self._known.get(user)
            came = user not in self._now
            if came:
                self._mark(user, "reentered" if user in self._seen else "entered")
            if was is not None and score is not None and score < was:
                self._mark(user, "reset")
            coins = increments.since_unseen(was, score, self._floor) if came else increments.increment(was, score)
            if coins:
                self._coins[user] = self._coins.get(user, 0) + coins

    def _mark(self, user: int, mark: str) -> None:
        self._marks.setdefault(user, {})[mark] = None
