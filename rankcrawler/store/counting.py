"""Counts while writing: judges each list, and goes on to it from the room's last list that counts."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from rankcrawler.model import kinds
from rankcrawler.store import places, standing, tally
from rankcrawler.store.batch import Batch
from rankcrawler.store.database import Database
from rankcrawler.store.deltas import LastLists
from rankcrawler.store.former_marks import FormerMarks
from rankcrawler.store.judgement import Judge, Verdict
from rankcrawler.store.presence import Presence
from rankcrawler.store.room import ListPlace, Room
from rankcrawler.store.rows import EntryRow
from rankcrawler.store.shown import Shown, scored
from rankcrawler.store.standing import Standing
from rankcrawler.store.taken_list import TakenList
from rankcrawler.store.tally import Change, Count, Fit, Given

_user_of = attrgetter("user_key")


class Difference(NamedTuple):
    """How a list differs from its room's last list."""

    before: Sequence[EntryRow] | None
    """The rows of the last list; None if there is none, it was purged, or rows are missing."""
    differing: Sequence[int]
    """The indexes of rows that changed or are new."""


class _Counted(NamedTuple):
    """What a count is made of: it takes less memory than the count, which is quickly made of it."""

    rows: Sequence[EntryRow]
    """Of a room's last list that counts; mostly the rows that the writer remembers as well."""
    unread: Sequence[int]
    """The positions of its rows that could not be read."""


class Counting:
    """The counts of rooms, for lists in the order of their polls."""

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database = database
        self._presence = presence
        self._former = FormerMarks(database)
        self._judge = Judge(database)
        self._counted: LastLists[_Counted] = LastLists()

    def forget(self) -> None:
        """Forget all lists that count."""
        self._counted.forget()

    def prepare(self, lists: Iterable[tuple[TakenList, Iterable[int | None]]]) -> None:
        """Look up together what the lists of a batch are likely to need, given their contributors."""
        self._former.look_up((taken, self._entering(taken.room, users)) for taken, users in lists)

    def take(
        self, taken: TakenList, rows: list[EntryRow], difference: Difference, place: ListPlace, batch: Batch
    ) -> Standing:
        """Take a list that is written at a place: returns how it stands, and adds what it shows if it counts."""
        room = taken.room
        if not taken.is_newest:
            return Standing.DOUBTFUL
        is_empty = room.counted is None or not room.counted.entry_count
        own = standing.by_itself(taken.snapshot, is_first=is_empty)
        if own is not Standing.COUNTED:
            return own
        kind = kinds.named(taken.snapshot.target.kind)
        unread = [row.position for row in taken.snapshot.quarantined]
        shown = Shown(scored(rows), kind.capacity, unread)
        was_counted = room.counted is not None
        count = self._count(room, kind.capacity, difference.before)
        if count is None:
            # after a damaged list, what was given since is unknown
            given = dict.fromkeys(shown.scores, (0, None)) if was_counted and kind.scores_are_gifts else {}
            self._go_on(Count.at(shown, {}), Change({}, {}, {}, [], shown.scores, {}), given, taken, place, batch)
        else:
            is_next = room.last == room.counted and not count.above
            touched = {rows[index].user_key for index in difference.differing} - {None} if is_next else None
            found = tally.change(count.marks, shown.scores, touched)  # type: ignore[arg-type]
            own = self._compare(count, shown, found, taken, place, batch, is_counted=kind.scores_are_gifts)
        if own is Standing.COUNTED:
            self._counted.keep(room.room_key, place.snapshot_key, _Counted(rows, unread))
        return own

    def _entering(self, room: Room, users: Iterable[int | None]) -> set[int]:
        """Contributors who are not in the room's last list that counts, if that is remembered and is not empty."""
        place = room.counted
        known = None if place is None else self._counted.get(room.room_key, place.snapshot_key)
        if known is None or not known.rows:
            return set()
        return {user for user in users if user is not None}.difference(map(_user_of, known.rows))

    def _compare(
        self,
        count: Count,
        shown: Shown,
        found: Change,
        taken: TakenList,
        place: ListPlace,
        batch: Batch,
        *,
        is_counted: bool,
    ) -> Standing:
        room = taken.room
        is_first = not count.marks and bool(shown.scores)
        if is_first and not self._judge.is_confirmed(taken, shown, batch):
            return Standing.UNCONFIRMED
        if not is_counted:
            self._go_on(Count.at(shown, {}), found, {}, taken, place, batch)
            return Standing.COUNTED
        if is_first and room.opened_ms is None and not self._judge.had_none(room):
            self._begin_again(shown, found, False, taken, place, batch)
            return Standing.COUNTED

        former = self._former.of(found.entered, taken, batch) if found.entered else {}
        fit = tally.fit(found, shown, former)
        verdict = self._verdict(fit, taken, shown, count, batch)
        if verdict is Verdict.OLDER:
            return Standing.OLDER
        if verdict is not None:
            self._begin_again(shown, found, verdict is Verdict.AGAIN, taken, place, batch)
        elif count.marks and self._is_contested(taken, shown, batch):
            return Standing.UNCONFIRMED
        else:
            after, given = tally.follow(count, shown, found, former)
            self._go_on(after, found, given, taken, place, batch)
        return Standing.COUNTED

    def _verdict(self, fit: Fit, taken: TakenList, shown: Shown, count: Count, batch: Batch) -> Verdict | None:
        """What a list is, unless it follows the one before."""
        if fit is Fit.OLDER:
            return Verdict.OLDER
        judged = self._judge.verdict if fit is Fit.BREAKS else self._judge.verdict_on_rise
        return judged(taken, shown, count, batch)

    def _is_contested(self, taken: TakenList, shown: Shown, batch: Batch) -> bool:
        """Whether other lists contradict one that follows; there are none right after a list that counts."""
        return taken.room.last_standing is not Standing.COUNTED and self._judge.is_contested(taken, shown, batch)

    def _begin_again(
        self, shown: Shown, found: Change, from_zero: bool, taken: TakenList, place: ListPlace, batch: Batch
    ) -> None:
        after, given = tally.begin_again(shown, from_zero=from_zero)
        batch.resets.append((taken.room.room_key, taken.at_ms, int(from_zero)))
        self._go_on(after, found, given, taken, place, batch)
        taken.room.began_ms = taken.at_ms

    def _go_on(
        self,
        after: Count,
        found: Change,
        given: Mapping[int, Given],
        taken: TakenList,
        place: ListPlace,
        batch: Batch,
    ) -> None:
        room = taken.room
        self._presence.add(found, given, taken, batch)
        room.counted, room.carried = place, places.packed(after.carried())

    def _count(self, room: Room, capacity: int, last: Sequence[EntryRow] | None) -> Count | None:
        """The count at the room's last list that counts; None if there is none, it was purged, or rows are missing.

        `last` has the rows of the room's last list, which nearly always is that list.
        """
        place = room.counted
        if place is None:
            return None
        known = self._counted.get(room.room_key, place.snapshot_key)
        if known is None and last is not None and place == room.last:
            known = _Counted(last, self._unread(place))
        rows = places.read(self._database, place) if known is None else scored(known.rows)
        if rows is None:
            self._database.bulk("end_stays_of_damaged", [(room.counted_ms, room.room_key)])
            return None
        unread = self._unread(place) if known is None else known.unread
        return Count.at(Shown(rows, capacity, unread), places.unpacked(room.carried))

    def _unread(self, place: ListPlace) -> Sequence[int]:
        return [position for position, *_ in self._database.all("quarantined", snapshot_key=place.snapshot_key)]
