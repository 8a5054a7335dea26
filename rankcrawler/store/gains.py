"""Who gave how much in a room between two of its lists."""

from collections import defaultdict
from collections.abc import Iterator

from rankcrawler.clock import iso
from rankcrawler.errors import DamagedList
from rankcrawler.store import places
from rankcrawler.store.answers import Gain, Gains
from rankcrawler.store.database import Database, Record
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.room import ListPlace
from rankcrawler.store.shown import Scores
from rankcrawler.store.values import restored
from rankcrawler.store.walk import Beginning, Step, Walk, Walks, longest_gap

NONE = Gains(None, None, [], 0, 0.0, 0, None, None)
"""Of a room without lists."""


def between(
    database: Database, room: StoredRoom, span: tuple[int, int], damage: list[DamagedList], walks: Walks | None = None
) -> Gains:
    """From the list that the room had when the span begins, or its first one in it, to the one it had when it ends.

    Lists with missing rows are left out, and added to `damage`. `walks` keeps what is read for other questions.
    """
    key, until_ms = room.room_key, span[1]
    begin, last = (
        beginning(database, room, span, damage),
        database.all("gains_last_list", room_key=key, until_ms=until_ms),
    )
    if begin is None or not last:
        return NONE
    end_ms = last[0][0]
    walk = (walks or Walks(database)).of(room, begin, until_ms)
    summed = _Sum(walk)
    damage += walk.damage
    gains = sorted(summed.gains(database), key=lambda gain: (-gain.coins, gain.user_id))
    polls = database.all("gains_polls", room_key=key, since_ms=begin.at_ms, until_ms=max(begin.at_ms, until_ms))
    counted = [at for at, is_answered, standing in polls if is_answered and standing == 0]
    return Gains(
        iso(begin.at_ms),
        iso(end_ms),
        gains,
        failures=sum(1 for at, is_answered, _ in polls if not is_answered and at <= end_ms),
        longest_gap=longest_gap(counted),
        left_out=sum(1 for _, is_answered, standing in polls if is_answered and standing != 0),
        most_outside=summed.most_outside,
        unseen=_unseen(gains),
    )


def beginning(
    database: Database, room: StoredRoom, span: tuple[int, int], damage: list[DamagedList]
) -> Beginning | None:
    """The list that counts when a span begins, or the first one in it; None if there is none.

    A session whose first list is in it begins without scores, if that was seen: see openings.
    """
    key, (since_ms, until_ms) = room.room_key, span
    found = database.all("gains_last_list", room_key=key, until_ms=since_ms) or database.all(
        "gains_first_list", room_key=key, since_ms=since_ms, until_ms=until_ms
    )
    while found:
        begin = _beginning(found[0])
        if places.read(database, begin.place) is not None:
            return begin if since_ms >= begin.captured_ms else _opened(database, key, begin)
        damage.append(DamagedList(room.name.room_id, iso(begin.captured_ms)))
        found = database.all("gains_next_list", room_key=key, after_ms=begin.at_ms, until_ms=until_ms)
    return None


def _opened(database: Database, room_key: int, begin: Beginning) -> Beginning:
    """The session's beginning instead of its first list, if that list's scores count as given since."""
    for at_ms, begun_ms in database.all("opening", room_key=room_key):
        if at_ms == begin.captured_ms:
            return begin._replace(at_ms=min(at_ms, begun_ms or at_ms), opens=True)
    return begin


def _beginning(record: Record) -> Beginning:
    at_ms, *place, captured_ms, carried = record
    return Beginning(at_ms, ListPlace(*place), captured_ms, carried)


def _unseen(gains: list[Gain]) -> float | None:
    """The share of what the contributors may have given that lists do not show."""
    most = [gain.most for gain in gains if gain.most is not None]
    if len(most) < len(gains):
        return None
    return 1 - sum(gain.coins for gain in gains) / sum(most) if sum(most) else 0.0


class _Sum:
    """What each contributor gave, and what else happened to them, list after list."""

    def __init__(self, walk: Walk) -> None:
        self._first = self._last = walk.first
        self._seen = {*walk.first.marks}
        self._has_begun_again = False
        self._coins: defaultdict[int, int] = defaultdict(int)
        self._hidden: defaultdict[int, int] = defaultdict(int)
        """What they may have given beside that."""
        self._unlimited: set[int] = set()
        self._marks: dict[int, dict[str, None]] = {}
        self._left: Scores = {}
        for step in walk.steps:
            self._add(step)
        self.most_outside = None if self._has_begun_again else self._last.shown.most_outside()

    def gains(self, database: Database) -> Iterator[Gain]:
        """One for every contributor who gave, entered or left."""
        users = sorted({*self._coins, *self._marks})
        first, last = self._first.shown.scores, self._last.shown.scores
        for user, user_id, nickname in map(restored, database.find("gains_contributors", [(user,) for user in users])):
            coins, marks = self._coins.get(user, 0), tuple(self._marks.get(user, ()))
            yield Gain(user_id, nickname, coins, self._most_of(user), first.get(user), last.get(user), marks)

    def _add(self, step: Step) -> None:
        for user in step.found.left:
            self._mark(user, "left")
        for user in step.found.entered:
            self._mark(user, "reentered" if user in self._seen else "entered")
        if step.has_begun_again:
            self._has_begun_again = True
            for user in step.found.fell:
                self._mark(user, "reset")
        coins, hidden = self._coins, self._hidden
        for user, (least, most) in step.given.items():
            if least:
                coins[user] += least
            if most is None:
                self._unlimited.add(user)
            elif most != least:
                hidden[user] += most - least
        self._left |= step.found.left
        self._seen |= step.found.entered.keys()
        self._last = step.after

    def _most_of(self, user: int) -> int | None:
        """The most that a contributor may have given: what was seen, and what may be hidden from the last list."""
        most = self._coins.get(user, 0) + self._hidden.get(user, 0)
        if self._has_begun_again or user in self._unlimited:
            return None
        if user in self._last.marks:
            return most if self._last.marks[user] is not None else None
        if self.most_outside is None or (left := self._left[user]) is None:
            return None
        return most + max(self.most_outside - left, 0)

    def _mark(self, user: int, mark: str) -> None:
        self._marks.setdefault(user, {})[mark] = None
