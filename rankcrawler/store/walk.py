"""Counts while reading: goes through a room's stored lists as writing went through them."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from rankcrawler.clock import iso
from rankcrawler.errors import DamagedList
from rankcrawler.model import kinds
from rankcrawler.store import places, tally
from rankcrawler.store.changes import Changed, Changes
from rankcrawler.store.database import Database
from rankcrawler.store.laying import Laid, Listed
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.openings import OPENS
from rankcrawler.store.room import ListPlace
from rankcrawler.store.shown import Scored, Shown
from rankcrawler.store.standing import Standing
from rankcrawler.store.tally import Change, Count, Given


class Beginning(NamedTuple):
    """The list that a walk begins with."""

    at_ms: int
    """When it was last seen."""
    place: ListPlace
    captured_ms: int
    carried: str | None
    opens: bool = False
    """Whether scores were 0 at that moment, and the list is the first step."""


class Step(NamedTuple):
    """A list that counts, after another."""

    at_ms: int
    found: Change
    given: dict[int, Given]
    coins: int
    """What all of them gave together, at least."""
    has_begun_again: bool
    """Whether scores began again."""
    after: Count


class _Listed(NamedTuple):
    at_ms: int
    snapshot_key: int
    rows: list[Scored]
    standing: Standing | None
    """None for a list from before standings were noted."""
    changed: Changed | None = None
    """What differs from the list before; None if that is not known."""


class Walk:
    """The lists of a room that count, from one until a moment; without those of which rows are missing."""

    def __init__(self, database: Database, room: StoredRoom, begin: Beginning, until_ms: int) -> None:
        self._database = database
        self._room_key = room_key = room.room_key
        self._kind = kinds.named(room.name.kind)
        self._begin = begin
        self.damage: list[DamagedList] = []
        """Lists of which rows are missing."""
        self._span = {"room_key": room_key, "until_ms": until_ms}
        self._resets: dict[int, int] = dict(database.all("resets", **self._span))
        """When scores began again, and whether from 0; or OPENS."""
        self._unread: dict[int, list[int]] = {}
        records = database.all("gains_unread", since_ms=begin.captured_ms, **self._span)
        for key, position in records:
            self._unread.setdefault(key, []).append(position)
        self._former: dict[int, int] = {}
        first = places.chain(database, begin.place)
        rows = first.in_order() or []
        self._lists = [*self._listed(first, room.name.room_id)]
        self.first = Count.at(self._shown(begin.place.snapshot_key, rows), places.unpacked(begin.carried))
        """The count to begin with."""
        if begin.opens:
            self.first = Count.at(Shown([], self._kind.capacity), {})
            self._lists.insert(0, _Listed(begin.captured_ms, begin.place.snapshot_key, rows, Standing.COUNTED))

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Each list that counts, after the first."""
        return [*self._steps()]

    def _steps(self) -> Iterator[Step]:
        self._learn_former()
        count = self.first
        for listed in self._lists:
            shown = self._shown(listed.snapshot_key, listed.rows, is_plain=listed.changed is not None)
            found, same = _compared(count, shown, listed.changed)
            is_marked = self._resets.get(listed.at_ms, OPENS) != OPENS
            has_begun_again = is_marked or (listed.standing is None and _most_fell(found, shown))
            if has_begun_again:
                self._former.clear()
                count, given = tally.begin_again(shown, from_zero=bool(self._resets.get(listed.at_ms, 1)))
            elif self._kind.scores_are_gifts:
                count, given = tally.follow(count, shown, found, self._former, same)
            else:
                count, given = Count.at(shown, {}), {}
            if not has_begun_again:
                known = ((user, mark) for user, mark in found.left.items() if mark is not None)
                self._former |= {user: max(mark, self._former.get(user, mark)) for user, mark in known}
            coins = sum([least for least, _ in given.values()])
            yield Step(listed.at_ms, found, given, coins, has_begun_again, count)

    def _listed(self, now: Laid[Scored], room_id: str) -> Iterator[_Listed]:
        """The lists after the first that count, given the chain of the first."""
        base, changes = self._begin.place.base_key, Changes(now.rows)
        lists = self._database.all("gains_lists", since_ms=self._begin.captured_ms, **self._span)
        written = places.written(self._database, [each[3] for each in lists])
        for at_ms, clock_ms, standing, key, base_key, step, *counts in lists:
            if step and base_key != base:
                now = places.chain(self._database, ListPlace(key, base_key, step, *counts))
                changes = Changes(now.rows, are_known=False)
            else:
                there = written[key]
                gone = now.going(counts[0], there) if step else [*now.rows.values()]
                now = now if step else Laid()
                now.lay(Listed(step, *counts), there)
                changes.note(gone, there.values(), now.rows)
            base = base_key
            rows = now.in_order()
            if rows is None:
                changes.forget()
                self.damage.append(DamagedList(room_id, iso(clock_ms)))
            elif not standing:
                own = None if standing is None else Standing.COUNTED
                yield _Listed(at_ms, key, rows, own, changes.taken())

    def _learn_former(self) -> None:
        """Look up the marks of contributors who are not in the first list, and left an earlier one."""
        lists = (({row[0] for row in each.rows} if each.changed is None else each.changed.now) for each in self._lists)
        seen = {user for users in lists for user in users if user is not None}
        began_ms = max((at for at in self._resets if at <= self._begin.captured_ms), default=0)
        since_ms = self._begin.captured_ms + 1
        wanted = [(self._room_key, user, since_ms, began_ms) for user in sorted(seen - self.first.marks.keys())]
        marks = self._database.find("former_marks", wanted)
        self._former = {user: mark for _, user, mark in marks if mark is not None}

    def _shown(self, snapshot_key: int, rows: list[Scored], *, is_plain: bool = False) -> Shown:
        return Shown(rows, self._kind.capacity, self._unread.get(snapshot_key, ()), is_plain=is_plain)


class Walks:
    """Walks through a store that does not change meanwhile: each is made once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._made: dict[tuple[int, Beginning, int], Walk] = {}

    def of(self, room: StoredRoom, begin: Beginning, until_ms: int) -> Walk:
        """The walk through a room from a list until a moment."""
        key = room.room_key, begin, until_ms
        if key not in self._made:
            self._made[key] = Walk(self._database, room, begin, until_ms)
        return self._made[key]


def _compared(count: Count, shown: Shown, changed: Changed | None) -> tuple[Change, dict[int, int]]:
    """How a list differs from a count, and the marks of those whose rows are the same."""
    if changed is None:
        return tally.change(count.marks, shown.scores), {}
    was, now = changed
    if not count.above:
        return tally.change(was, now), {}
    marks = was | {user: mark for user, mark in count.above.items() if user in was}
    return tally.change(marks, now), {user: mark for user, mark in count.above.items() if user not in was}


def _most_fell(found: Change, shown: Shown) -> bool:
    """Whether most contributors who are in both lists fell below their marks."""
    return 2 * len(found.fell) > len(shown.scores) - len(found.entered)


def longest_gap(times: Sequence[int]) -> float:
    """The longest time between two moments, in seconds."""
    return max((later - earlier for earlier, later in pairwise(times)), default=0) / 1000
