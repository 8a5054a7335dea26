"""Lists as they were served, put together from the rows that stand for them."""

from typing import Any, NamedTuple

from rankcrawler.clock import iso
from rankcrawler.model.items import Kind, Quarantined, RankEntry, RoomSnapshot
from rankcrawler.store.database import Database, Row
from rankcrawler.store.days import chain_of
from rankcrawler.store.rows import PRECISIONS
from rankcrawler.store.text import told
from rankcrawler.store.words import words_of


class RoomName(NamedTuple):
    """A room that the store knows."""

    room_key: int
    source: str
    kind: Kind
    room_id: str


class Written(NamedTuple):
    """A poll that brought a list, and the list's row."""

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

    @property
    def chain(self) -> tuple[int, ...]:
        """What finds the list's rows: its chain, up to its step, and the keys that lists of its day have."""
        return chain_of(self.base_key, self.step)


def snapshot(database: Database, room: RoomName, row: Row) -> RoomSnapshot:
    """A list, as a poll of the room saw it."""
    written = Written(*texts(row))
    shared = (room.source, room.kind, room.room_id, written.anchor_id, iso(written.at_ms), iso(written.polled_ms))
    unread = database.all("quarantined", written.snapshot_key)
    return RoomSnapshot(
        *shared,
        total=written.total,
        user_count_desc=written.user_count_desc,
        currency=written.currency,
        has_more=_maybe(written.has_more),
        entry_count=written.entry_count,
        digest=bytes(written.digest).hex(),
        entries=_entries(shared, database.all("served_rows", *written.chain, written.entry_count)),
        quarantined=tuple(Quarantined(*texts(each)) for each in unread),
        flags=_words(written.flags),
    )


def texts(row: Row) -> Row:
    """A row, with its texts as they were before they were written."""
    return tuple(told(value) if isinstance(value, str) else value for value in row)


def _entries(shared: tuple[Any, ...], rows: list[Row]) -> tuple[RankEntry, ...]:
    entries: list[RankEntry] = []
    above: int | None = None
    for row in rows:
        _, rank, score, exactly, is_score, precision, delta, has_no_delta, *told = texts(row)
        *own, member, hidden, anonymous, mystery, flags = told
        gap = 0 if above is None or score is None else above - score
        delta = None if has_no_delta else gap if delta is None else delta
        shown = _maybe(hidden), bool(anonymous), _maybe(mystery), _words(flags)
        exactly = words_of(score) if is_score else exactly
        facts = (*shared, rank, score, exactly, PRECISIONS[precision], delta, *own, _maybe(member), *shown)
        entries.append(RankEntry(*facts))
        above = score
    return tuple(entries)


def _maybe(number: int | None) -> bool | None:
    return None if number is None else bool(number)


def _words(flags: str | None) -> tuple[str, ...]:
    return tuple(flags.split(" ")) if flags else ()
