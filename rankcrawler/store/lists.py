"""Puts lists together, as they were served, from the records that hold them."""

from operator import itemgetter
from typing import NamedTuple

from rankcrawler.clock import iso
from rankcrawler.errors import DamagedList
from rankcrawler.model import rules
from rankcrawler.model.columns import Group, Row, in_groups
from rankcrawler.model.items import Quarantined, RoomSnapshot
from rankcrawler.model.rows import COLUMNS, RankEntry
from rankcrawler.model.targets import RoomName, Target
from rankcrawler.store import days, layout
from rankcrawler.store.database import Database, Record
from rankcrawler.store.laying import Listed, laid
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
    """Its place in the order of the room's lists."""
    clock_ms: int | None
    """What its own clock said, if that is not its place."""
    polled_ms: int
    entry_count: int
    anchor_id: str | None
    currency: str | None
    has_more: int | None
    flags: str | None
    digest: bytes
    total: int | None
    user_count_desc: str | None
    chain_rows: int | None
    """As in ListPlace."""
    poll_flags: str | None
    standing: int | None

    @property
    def listed(self) -> Listed:
        """Its place in its chain."""
        return Listed(self.step, self.entry_count, self.chain_rows)

    @property
    def captured_ms(self) -> int:
        """What its own clock said."""
        return self.at_ms if self.clock_ms is None else self.clock_ms

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


def snapshot(database: Database, room: StoredRoom, record: Record) -> RoomSnapshot | None:
    """A list of a room, given a record of list_columns; None if it was purged since. Raises DamagedList."""
    stored = StoredList(*restored(record))
    target = Target(room.name.source, room.name.kind, room.name.room_id, stored.anchor_id)
    times = {"captured_at": iso(stored.captured_ms), "polled_at": iso(stored.polled_ms)}
    unread = database.all("quarantined", snapshot_key=stored.snapshot_key)
    rows = database.all("served_rows", **stored.chain, entry_count=stored.entry_count)
    if not _is_sound(database, stored, rows):
        if not database.all("has_snapshot", snapshot_key=stored.snapshot_key):
            return None
        raise DamagedList(room.name.room_id, times["captured_at"])
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
    if stored.standing == Standing.OLDER:
        served = rules.with_flag(served, rules.STALE_LIST)
    return rules.with_flags_of_poll(served, texts(stored.poll_flags))


def _is_sound(database: Database, stored: StoredList, rows: list[Record]) -> bool:
    """Whether a list has all its rows, given its records of served_rows."""
    written = rows[0][1] if rows else 0
    if len(rows) == stored.entry_count and written == stored.chain_rows:
        return True
    positions = database.all("chain_positions", **stored.chain)
    return laid(positions, stored.listed, itemgetter(3)).is_sound and len(rows) == stored.entry_count


def _shared(target: Target, times: dict[str, str]) -> Row:
    """The values of the columns that are the same in all rows."""
    values = {name: getattr(target, name) for name in Target.__struct_fields__} | times
    return tuple(values[each.name] for each in in_groups(COLUMNS, Group.POLL))


def _entries(shared: Row, records: list[Record]) -> tuple[RankEntry, ...]:
    """The rows of a list, given records of served_rows."""
    entries: list[RankEntry] = []
    above: int | None = None
    for record in records:
        _, _, rank, score, text, is_score, precision, delta, has_no_delta, flags, *served = restored(record)
        gap = 0 if above is None or score is None else above - score
        delta = None if has_no_delta else gap if delta is None else delta
        exactly = words_of(score) if is_score else text
        for place, back in _CONVERSIONS:
            served[place] = back(served[place])
        made = (*shared, rank, score, exactly, PRECISIONS[precision], delta, texts(flags), *served)
        entries.append(RankEntry(*_in_order(made)))
        above = score
    return tuple(entries)
