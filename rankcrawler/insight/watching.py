"""What a watcher of the store compares from one look to the next: rooms, their last lists, and sessions that are on."""

from typing import NamedTuple

from rankcrawler.insight.ground import Ground
from rankcrawler.store.text import encoded
from rankcrawler.store.values import restored


class RoomSeen(NamedTuple):
    """A room with a list."""

    room_key: int
    source: str
    kind: str
    room_id: str
    anchor_id: str | None
    polled_ms: int
    newest_ms: int | None
    """The place in time of its newest list; None in a store from before there were such."""
    last_snapshot: int | None
    """The list that it was served last; None if that was purged."""
    row_count: int | None
    """Contributors in that list."""


class Live(NamedTuple):
    """A session that is on."""

    session_key: int
    source: str
    anchor: str
    room_id: str
    begun_ms: int


def rooms_since(ground: Ground, since_ms: int) -> list[RoomSeen]:
    """The rooms with lists that were polled since a moment, in milliseconds since 1970."""
    found = ground.database.all("insight_rooms_since", since_ms=since_ms)
    return [RoomSeen._make(restored(record)) for record in found]


def room_state(ground: Ground, room_id: str) -> str:
    """What differs after a poll of a room that is newer than all before it; empty for a room that was never polled."""
    found = ground.database.all("insight_room_state", room_id=encoded(room_id))
    return "\n".join(map(repr, found))


def last_poll(ground: Ground, room_id: str, kind: str) -> int:
    """When a room was polled last, with a list or without, in milliseconds since 1970; 0 if it never was."""
    [(polled_ms,)] = ground.database.all("insight_last_poll", room_id=encoded(room_id), kind=kind)
    return polled_ms or 0


def live(ground: Ground) -> list[Live]:
    """The sessions that are on."""
    return [Live._make(restored(record)) for record in ground.database.all("insight_live")]
