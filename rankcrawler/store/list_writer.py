"""Adds lists to a batch: the poll, the list, the rows that differ, and what they show of contributors."""

import logging
from collections.abc import Sequence

from rankcrawler.clock import ms
from rankcrawler.model.rules import CLOCK_STANDS_STILL
from rankcrawler.store import deltas
from rankcrawler.store.batch import Batch
from rankcrawler.store.counting import Counting, Difference
from rankcrawler.store.database import Database, Record
from rankcrawler.store.days import hour_of, is_certain, key_of
from rankcrawler.store.deltas import LastLists
from rankcrawler.store.interning import Interned
from rankcrawler.store.list_rows import ListRows, rows_of
from rankcrawler.store.openings import Openings
from rankcrawler.store.presence import Presence
from rankcrawler.store.room import ListPlace
from rankcrawler.store.rows import USER_AT, EntryRow
from rankcrawler.store.standing import Standing
from rankcrawler.store.taken_list import TakenList
from rankcrawler.store.text import encoded
from rankcrawler.store.values import plain

logger = logging.getLogger(__name__)


class ListWriter:
    """Adds lists to batches, in the order of their polls."""

    def __init__(self, database: Database, interned: Interned) -> None:
        self._database = database
        self._interned = interned
        self._last: LastLists[list[EntryRow]] = LastLists()
        self._presence = Presence(interned)
        self._counting = Counting(database, self._presence)
        self._openings = Openings(database)

    def forget(self) -> None:
        """Forget what was written."""
        self._last.forget()
        self._counting.forget()

    def add_all(self, lists: Sequence[TakenList], batch: Batch) -> list[Standing]:
        """Add polls that brought lists; a list is written unless it is the room's last, and of the same day.

        Returns how each list stands.
        """
        self._interned.make_room()
        self._interned.learn_texts(text for each in lists for text in _texts(each))
        found = rows_of(lists, self._interned)
        self._counting.prepare((taken, rows.users()) for taken, rows in zip(lists, found, strict=True))
        return [self._add(taken, rows, batch) for taken, rows in zip(lists, found, strict=True)]

    def _add(self, taken: TakenList, rows: ListRows, batch: Batch) -> Standing:
        snapshot, room_key = taken.snapshot, taken.room.room_key
        batch.room_hours[hour_of(taken.at_ms), room_key].polls += 1
        key = taken.key_of_same
        if key is None:
            if not rows.are_known:
                [rows] = rows_of([taken], self._interned, of_all=True)
            key, standing = self._add_list(taken, rows.made(self._interned), batch)
        else:
            standing = taken.room.last_standing
        self._note(taken, standing)
        description = self._interned.text(snapshot.user_count_desc)
        times = taken.at_ms, 1, ms(snapshot.polled_at)
        own = taken.clock_ms, self._interned.text(_flags_of_poll(taken))
        batch.polls.append((room_key, *times, taken.outcome, key, snapshot.total, description, None, None, *own))
        if standing is Standing.COUNTED and taken.is_newest:
            self._openings.count(taken, batch)
        return standing

    def _note(self, taken: TakenList, standing: Standing) -> None:
        """Note what the room's poll makes of its last list that counts, and of its newest."""
        if taken.is_newest:
            room, snapshot = taken.room, taken.snapshot
            room.last_standing = standing
            if standing is Standing.COUNTED:
                room.counted_ms = taken.at_ms
            is_told = standing is Standing.TELLS_NOTHING and (not snapshot.entries or room.counted is None)
            if is_told or standing in (Standing.COUNTED, Standing.UNCONFIRMED):
                room.newest_ms = taken.at_ms

    def _add_list(self, taken: TakenList, rows: list[EntryRow], batch: Batch) -> tuple[int, Standing]:
        before = self._before(taken) if taken.is_newest else None
        differing = list(range(len(rows))) if before is None else deltas.differing(before, rows)
        if before is not None:
            rows = deltas.shared(before, rows, differing)
        place = self._place(taken, len(rows), None if before is None else len(differing), batch)
        written = differing if place.step else range(len(rows))
        standing = self._counting.take(taken, rows, Difference(before, differing), place, batch)
        self._add_records(taken, place, rows, written, standing, batch)
        if taken.is_newest:
            taken.room.last = place
            self._last.keep(taken.room.room_key, place.snapshot_key, rows)
        if standing not in (Standing.DOUBTFUL, Standing.OLDER):
            self._presence.see([rows[index] for index in differing], taken.at_ms, batch)
        else:
            self._presence.see_late(rows, taken.at_ms, batch)
        return place.snapshot_key, standing

    def _place(self, taken: TakenList, length: int, differing: int | None, batch: Batch) -> ListPlace:
        """Where the list goes: on the room's last as a delta list, or whole. `differing` is None without a last."""
        key, last = self._free_key(taken.at_ms, taken.room.room_key, batch), taken.room.last
        if last is None or differing is None or not deltas.can_follow(last, taken.at_ms, differing, length):
            return ListPlace(key, key, 0, length, length)
        return ListPlace(key, last.base_key, last.step + 1, length, deltas.chain_rows(last, differing))

    def _add_records(
        self,
        taken: TakenList,
        place: ListPlace,
        rows: list[EntryRow],
        written: Sequence[int],
        standing: Standing,
        batch: Batch,
    ) -> None:
        key = place.snapshot_key
        batch.snapshots.append(self._record(taken, place, standing))
        batch.entries += [(key, index + 1) + rows[index][:USER_AT] + rows[index][-1] for index in written]
        batch.quarantine += [
            (key, each.position, *plain((each.path, each.reason))) for each in taken.snapshot.quarantined
        ]
        hour = batch.room_hours[hour_of(taken.at_ms), taken.room.room_key]
        hour.lists += 1
        hour.entries += len(written)

    def _before(self, taken: TakenList) -> list[EntryRow] | None:
        """The room's last list; None if it has none, it was purged, or rows of it are missing."""
        last = taken.room.last
        if last is None:
            return None
        before = self._last.get(taken.room.room_key, last.snapshot_key)
        if before is None:
            before = deltas.read(self._database, last)
        if before is None:
            message = (
                "Room %s: rows of its last list are missing, so the next one is written whole: `scrapy store check`"
            )
            room = taken.snapshot.target.room_id
            logger.error(message, room, extra={"room": room})
        return before

    def _free_key(self, at_ms: int, room_key: int, batch: Batch) -> int:
        key = key_of(at_ms, room_key)
        if is_certain(at_ms, room_key):
            return key
        taken = {record[0] for record in batch.snapshots}
        while key in taken or self._database.all("has_snapshot", snapshot_key=key):
            key += 1
        return key

    def _record(self, taken: TakenList, place: ListPlace, standing: Standing) -> Record:
        snapshot, anchor_id = taken.snapshot, taken.snapshot.target.anchor_id
        return (
            place.snapshot_key,
            taken.room.room_key,
            place.base_key,
            place.step,
            taken.at_ms,
            ms(snapshot.polled_at),
            place.entry_count,
            None if anchor_id is None else encoded(anchor_id),
            self._interned.text(snapshot.currency),
            None if snapshot.has_more is None else int(snapshot.has_more),
            self._interned.text(_joined(snapshot.flags)),
            bytes.fromhex(snapshot.digest),
            place.chain_rows,
            int(standing),
            taken.room.carried if standing is Standing.COUNTED else None,
        )


def _texts(taken: TakenList) -> tuple[str | None, ...]:
    snapshot = taken.snapshot
    return snapshot.user_count_desc, snapshot.currency, _joined(snapshot.flags), _flags_of_poll(taken)


def _flags_of_poll(taken: TakenList) -> str | None:
    return CLOCK_STANDS_STILL if taken.stands_still else None


def _joined(flags: tuple[str, ...]) -> str | None:
    return " ".join(flags) or None
