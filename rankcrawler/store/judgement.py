"""Decides whether a list that contradicts the marks before it is an older list, or shows that scores began again.

A gateway's caches serve lists that are minutes old, or another room's, under a fresh clock. Coins that are counted
from such a list cannot be taken back, so it stays out until later lists confirm it.
"""

from collections.abc import Sequence
from enum import Enum

from rankcrawler.store.batch import Batch
from rankcrawler.store.database import Database, Record
from rankcrawler.store.room import Room
from rankcrawler.store.shown import Scores, Shown
from rankcrawler.store.standing import Standing
from rankcrawler.store.taken_list import TakenList
from rankcrawler.store.tally import Count
from rankcrawler.store.votes import Votes

HOUR_MS = 3_600_000
LOOK_BACK = 20
"""Intervals of a room that is polled rarely; its lists are compared with one from that long ago, or an hour."""
REMEMBERED_MS = 86_400_000
"""How long a list that was served before is recognised by its digest."""


class Verdict(Enum):
    """What a list is that breaks with the marks."""

    OLDER = "older"
    """An older list, or another room's."""
    AGAIN = "again"
    """Scores began again from 0: most contributors fell together."""
    OTHERS = "others"
    """The room shows other contributors for good. What these had before is unknown."""


class Judge:
    """Decides on lists of a database that is being written to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._votes = Votes(database)

    def verdict(self, taken: TakenList, shown: Shown, count: Count, batch: Batch) -> Verdict:
        """What a list is that breaks with the marks."""
        room = taken.room
        batch.write_lists_of(taken.room.room_key, self._database)
        older = self._votes.since_counted(room, Standing.OLDER)
        if not older or not self._votes.agrees(older[-1], shown):
            return Verdict.OLDER
        if self._was_served(taken) or self._is_recent(taken, shown, count):
            return Verdict.OLDER
        is_drop = _is_drop(shown.scores, count.marks)
        if is_drop and _is_drop(self._votes.scores(older[-1]), count.marks):
            return Verdict.AGAIN
        confirmed = self._unless_confirmed(older, taken, shown)
        return Verdict.AGAIN if is_drop and confirmed is Verdict.OTHERS else confirmed

    def verdict_on_rise(self, taken: TakenList, shown: Shown, count: Count, batch: Batch) -> Verdict | None:
        """What a list is that shows the scores of before they began again, a short while ago; None if it does not."""
        began_ms, marks, scores = taken.room.began_ms, count.marks, shown.scores
        if began_ms is None or taken.at_ms - began_ms > _look_back(taken.room):
            return None
        jumps = sum(score is not None and score >= 2 * (marks.get(user) or 0) for user, score in scores.items())
        if 2 * jumps <= len(scores):
            return None
        batch.write_lists_of(taken.room.room_key, self._database)
        room = taken.room
        found = self._database.all("last_counted", room_key=room.room_key, since_ms=0, until_ms=began_ms - 1)
        near = [2 * score >= then for score, then in _shared(scores, self._votes.scores(found[0]))] if found else []
        if 2 * sum(near) <= len(near):
            return None
        older = self._votes.since_counted(room, Standing.OLDER)
        return self._unless_confirmed(older, taken, shown)

    def is_confirmed(self, taken: TakenList, shown: Shown, batch: Batch) -> bool:
        """Whether a list of a room that had no contributors is its own: most lists that showed some agree with it."""
        if taken.before_ms < 0:
            return False  # a room's first list is alone
        batch.write_lists_of(taken.room.room_key, self._database)
        return self._votes.is_confirmed(taken, shown)

    def had_none(self, room: Room) -> bool:
        """Whether a room without contributors has had none for long, so that all that lists show is new."""
        return self._votes.had_none(room)

    def is_contested(self, taken: TakenList, shown: Shown, batch: Batch) -> bool:
        """Whether next to nothing is known of a room, and too few lists agree with one that follows."""
        batch.write_lists_of(taken.room.room_key, self._database)
        return not self._votes.is_known(taken.room) and not self._votes.is_elected(taken, shown, follows=True)

    def _unless_confirmed(self, older: Sequence[Record], taken: TakenList, shown: Shown) -> Verdict:
        """OTHERS, if lists have agreed with this one for long; OLDER, unless they have."""
        if self._votes.is_known(taken.room):
            is_confirmed = self._votes.is_replaced(taken, shown, older)
        else:
            is_confirmed = self._votes.is_elected(taken, shown, follows=False)
        return Verdict.OTHERS if is_confirmed else Verdict.OLDER

    def _was_served(self, taken: TakenList) -> bool:
        span = {"since_ms": taken.at_ms - REMEMBERED_MS, "until_ms": taken.room.counted_ms}
        digest = bytes.fromhex(taken.snapshot.digest)
        return bool(self._database.all("was_served", room_key=taken.room.room_key, digest=digest, **span))

    def _is_recent(self, taken: TakenList, shown: Shown, count: Count) -> bool:
        """Whether the list may be one that the room had in the last hour."""
        room, began_ms = taken.room, taken.room.began_ms or 0
        ago = max(taken.at_ms - _look_back(room), began_ms)
        span = {"room_key": room.room_key, "since_ms": began_ms}
        found = self._database.all("last_counted", until_ms=ago, **span) or self._database.all(
            "first_counted", until_ms=room.counted_ms, **span
        )
        then = (self._votes.scores(found[0]) if found else {}) or count.marks
        below = [score < before for score, before in _shared(shown.scores, then)]
        return bool(below) and 2 * sum(below) <= len(below)


def _look_back(room: Room) -> int:
    return max(HOUR_MS, round(LOOK_BACK * 1000 * (room.schedule.every or 0)))


def _is_drop(scores: Scores, marks: Scores) -> bool:
    """Whether most contributors are known, and most of these fell to half of their marks together, or lower."""
    shared = _shared(scores, marks)
    fallen = [(score, mark) for score, mark in shared if score < mark]
    if 2 * len(shared) < min(len(scores), len(marks)) or 2 * len(fallen) <= len(shared):
        return False
    return 2 * sum(score for score, _ in fallen) <= sum(mark for _, mark in fallen)


def _shared(scores: Scores, others: Scores) -> list[tuple[int, int]]:
    """The two scores of each contributor who has both."""
    both = ((scores[user], others[user]) for user in scores.keys() & others.keys())
    return [(score, other) for score, other in both if score is not None and other is not None]
