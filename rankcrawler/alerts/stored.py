"""What alerts read of a store: rooms and how far their lists go, arrivals, and sessions."""

from collections.abc import Sequence
from typing import NamedTuple

from rankcrawler.insight.ground import Ground
from rankcrawler.model.targets import RoomName
from rankcrawler.store.days import HOUR_MS
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.values import restored

_LONGEST_USUAL = 24
"""Hours from which a room's usual pace is known, at most."""


class RoomNow(NamedTuple):
    """A room with a list: a record of alerts_rooms."""

    room_key: int
    source: str
    kind: str
    room_id: str
    anchor_id: str | None
    first_polled_ms: int
    last_polled_ms: int
    counted_ms: int
    """When the last list that counts was last seen; -1 before the first."""
    counted_snapshot: int | None
    listed_ms: int
    """The place in time of the last list."""
    last_snapshot: int | None

    @property
    def stored(self) -> StoredRoom:
        """The room, as the store's own questions name it."""
        return StoredRoom(self.room_key, RoomName(self.source, self.kind, self.room_id))


class Listed(NamedTuple):
    """A list that was written: a record of alerts_lists."""

    at_ms: int
    standing: int
    entry_count: int
    flags: str | None


class Arrival(NamedTuple):
    """A room that is polled again and again: a record of alerts_arrivals."""

    source: str
    kind: str
    room_id: str
    anchor_id: str | None
    polled_ms: int | None
    """When its last list arrived; None before the first."""
    anchor: str | None
    """Whose room it is, as the last look at the anchor said; None if none is followed."""
    nickname: str | None
    title: str | None


class SessionNow(NamedTuple):
    """A session: a record of alerts_sessions."""

    session_key: int
    source: str
    anchor: str
    room_id: str
    begun_ms: int
    begun_by: str
    ended_ms: int | None
    title: str | None
    nickname: str | None


class Usual(NamedTuple):
    """What is usual in a room."""

    coins: int
    """Given in that time, at least."""
    minutes: float
    """In which the room was polled."""


def rooms(ground: Ground, since_ms: int) -> list[RoomNow]:
    """The rooms with lists that were polled since a moment."""
    return [RoomNow._make(restored(each)) for each in ground.database.all("alerts_rooms", since_ms=since_ms)]


def lists(ground: Ground, room_key: int, since_ms: int, until_ms: int) -> list[Listed]:
    """The lists that were written in a room after a moment, until another."""
    found = ground.database.all("alerts_lists", room_key=room_key, since_ms=since_ms, until_ms=until_ms)
    return [Listed._make(restored(each)) for each in found]


def flags_before(ground: Ground, room_key: int, until_ms: int) -> str | None:
    """The flags of the last list with contributors that a room had until a moment; None if there was none."""
    found = ground.database.all("alerts_list_before", room_key=room_key, until_ms=until_ms)
    return None if not found else restored(found[0])[0] or ""


def usual(ground: Ground, room: RoomNow, until_ms: int) -> Usual:
    """What was given in a room in the last day, by its sums of hours, and how long it was polled for that."""
    last = until_ms // HOUR_MS
    hours: Sequence[tuple[int, int]] = [(hour, room.room_key) for hour in range(last - _LONGEST_USUAL + 1, last + 1)]
    coins, span_ms = 0, 0
    for hour, polls, failures, given in ground.database.find("alerts_hours", hours):
        if polls > failures:
            coins += given
            begins, ends = max(hour * HOUR_MS, room.first_polled_ms), min((hour + 1) * HOUR_MS, until_ms)
            span_ms += max(ends - begins, 0)
    return Usual(coins, span_ms / 60_000)


def arrivals(ground: Ground) -> list[Arrival]:
    """The rooms that are polled again and again and have not ended."""
    return [Arrival._make(restored(each)) for each in ground.database.all("alerts_arrivals")]


def sessions(ground: Ground, since_ms: int) -> list[SessionNow]:
    """The sessions that are on, or have ended since a moment."""
    found = ground.database.all("alerts_sessions", since_ms=since_ms)
    return [SessionNow._make(restored(each)) for each in found]
