"""Puts lists together, as they were served, from the records that hold them."""

from operator import itemgetter
from typing import NamedTuple

from rankcrawler.clock import iso
from rankcrawler.model import rules
from rankcrawler.model.columns import Group, Row, in_groups
from rankcrawler.model.items import Quarantined, RoomSnapshot
from rankcrawler.model.rows import COLUMNS, RankEntry
from rankcrawler.model.targets import RoomName, Target
from rankcrawler.store import days, layout
from rankcrawler.store.database import Database, Record
from rankcrawler.store.rows import PRECISIONS
from rankcrawler.store.standing import Standing
from rankcrawler.store.values import conversions, restored, texts, truth
from rankcrawler.store.words import words_of


class StoredRoom(NamedTuple):
    """A room of the store."""

    room_key: int
    name: RoomName


class StoredList(NamedTuple):
    """A list, as it was seen at a poll: the fragment list_columns of read.sql."""

    snapshot_key: int
    base_key: int
    step: int
    at_ms: int
    polled_ms: int
    entry_count: int
    anchor_id: str | None
    currency: str | None
    has_more: int | None
    flags: str | None
    digest: bytes
    total: int | None
    user_count_desc: str | None
    standing: int | None

    @property
    def chain(self) -> dict[str, int]:
        """The values of a query on the list's rows."""
        return days.chain(self.base_key, self.step)


_MADE = [
    *(each.name for each in in_groups(COLUMNS, Group.POLL)),
    *layout.OWN,
    *(each.name for each in layout.SERVED),
]
"""The columns in the order in which _entries has their values."""
_in_order = itemgetter(*(_MADE.index(each.name) for each in COLUMNS))
_CONVERSIONS = conversions(layout.SERVED)


def snapshot(database: Database, room: StoredRoom, record: Record) -> RoomSnapshot:
    """A list of a room, given a record of list_columns."""
    stored = StoredList(*restored(record))
    target = Target(room.name.source, room.name.kind, room.name.room_id, stored.anchor_id)
    times = {"captured_at": iso(stored.at_ms), "polled_at": iso(stored.polled_ms)}
    unread = database.all("quarantined", snapshot_key=stored.snapshot_key)
    rows = database.all("served_rows", **stored.chain, entry_count=stored.entry_count)
    served = RoomSnapshot(
        target,
        **times,
        total=stored.total,
        user_count_desc=stored.user_count_desc,
        currency=stored.currency,
        has_more=truth(stored.has_more),
        entry_count=stored.entry_count,
        digest=bytes(stored.digest).hex(),
        entries=_entries(_shared(target, times), rows),
        quarantined=tuple(Quarantined(*restored(each)) for each in unread),
        flags=texts(stored.flags),
    )
    return rules.with_flag(served, rules.STALE_LIST) if stored.standing == Standing.OLDER else served


def _shared(target: Target, times: dict[str, str]) -> Row:
    """The values of the columns that are the same in all rows."""
    values = {name: getattr(target, name) for name in Target.__struct_fields__} | times
    return tuple(values[each.name] for each in in_groups(COLUMNS, Group.POLL))


def _entries(shared: Row, records: list[Record]) -> tuple[RankEntry, ...]:
    """The rows of a list, given records of served_rows."""
    entries: list[RankEntry] = []
    above: int | None = None
    for record in records:
        _, rank, score, text, is_score, precision, delta, has_no_delta, flags, *served = restored(record)
        gap = 0 if above is None or score is None else above - score
        delta = None if has_no_delta else gap if delta is None else delta
        exactly = words_of(score) if is_score else text
        for place, back in _CONVERSIONS:
            served[place] = back(served[place])
        made = (*shared, rank, score, exactly, PRECISIONS[precision], delta, texts(flags), *served)
        entries.append(RankEntry(*_in_order(made)))
        above = score
    return tuple(entries)
