"""What is said of the queue, and what it is given."""

from typing import Annotated

import msgspec

from rankcrawler.insight.answers import Answer
from rankcrawler.model.kinds import KINDS, RANKLIST
from rankcrawler.queue.limits import HIGHEST_PRIORITY, LONGEST_INTERVAL, SHORTEST_INTERVAL

_MOST = 1000
"""Rooms of one request."""
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=4096, extra_json_schema={"format": "room"})]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_NAMES = f"^({'|'.join(KINDS)})$"
_Kind = Annotated[str, msgspec.Meta(pattern=_NAMES)]
_Seconds = Annotated[float, msgspec.Meta(ge=SHORTEST_INTERVAL, le=LONGEST_INTERVAL)]


class DeadLetter(msgspec.Struct, frozen=True):
    """A room that is no longer polled, or an entry that names no room."""

    room_id: str
    """Of an entry that names no room, `?` and a hash."""
    died_at: str | None
    reason: str | None
    attempts: int
    """Polls that failed."""
    every: float | None
    """Seconds between polls; None for a room that was to be polled once."""
    every_max: float | None
    priority: int | None
    anchor_id: str | None
    raw: str | None
    """The beginning of an entry that names no room."""


class DeadLetters(Answer, frozen=True, kw_only=True):
    """Dead letters, those that died first at the top."""

    kind: str
    rows: tuple[DeadLetter, ...]


class Worker(msgspec.Struct, frozen=True):
    """A worker that leased, settled or renewed lately."""

    name: str
    since_at: str
    seen_at: str


class Fleet(msgspec.Struct, frozen=True):
    """The queue of one kind of list, and the workers that share it. Spans are in seconds."""

    kind: str
    now_at: str
    """On the clock of the queue's server."""
    state: str
    """run, stopped, paused or held."""
    reason: str
    """Why it is stopped."""
    held_until_at: str | None
    inbox: int
    """Entries."""
    ready: int
    """Rooms; so are the next six."""
    scheduled: int
    leased: int
    dead: int
    retired: int
    recurring: int
    failing: int
    failing_since_at: str | None
    """When the room that has been failing for longest began to fail."""
    failing_reasons: dict[str, int]
    missed: int
    """Ticks of recurring rooms that passed without a poll."""
    overdue: float
    """How late the latest of the next rooms is."""
    late_p50: float | None
    """How late the last thousand leases were."""
    late_p95: float | None
    per_minute: int
    """Leases settled in the last whole minute."""
    counters: dict[str, int]
    """Events since the queue began."""
    workers: tuple[Worker, ...]
    rate: float | None
    """Leases a second, at most."""
    max_inflight: int | None
    budget: int | None
    """Calls that the fleet may make a day."""
    spent: int
    """Of these."""
    warnings: tuple[str, ...]
    """How the queue's server may lose rooms."""


class NewRooms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rooms to poll, once or again and again."""

    rooms: Annotated[list[_Line], msgspec.Meta(min_length=1, max_length=_MOST)]
    """Ids, addresses with `room_id=`, or JSON objects with `room_id`, as text."""
    every: _Seconds | None = None
    """Poll again after so many seconds; without it, once."""
    every_max: _Seconds | None = None
    """Wait up to so many seconds while the list stays the same."""
    priority: Annotated[int, msgspec.Meta(ge=-HIGHEST_PRIORITY, le=HIGHEST_PRIORITY)] | None = None
    """Each point moves a room one minute ahead."""
    anchor_id: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,19}$")] | None = None
    """The anchor's user id; adds fan-club levels."""
    kind: _Kind = RANKLIST.name


class Unreadable(msgspec.Struct, frozen=True):
    """A room that could not be read."""

    room: str
    problem: str


class Taken(msgspec.Struct, frozen=True):
    """What became of rooms."""

    taken: int
    """Rooms that are polled from now on."""
    new: int
    """Of these, rooms that the queue did not know."""
    unreadable: tuple[Unreadable, ...]


class Retry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dead letters to try again: rooms, or all that are dead."""

    rooms: Annotated[list[_Name], msgspec.Meta(max_length=_MOST)] = []
    all: bool = False
    kind: _Kind = RANKLIST.name


class Retried(msgspec.Struct, frozen=True):
    """What became of dead letters."""

    ready: int
    """Rooms that are polled again."""
    unknown: tuple[str, ...]
    """Rooms that are neither dead nor retired."""
