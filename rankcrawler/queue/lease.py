"""A lease: one worker's right to poll one room for a while; and the ways in which it ends."""

from enum import Enum
from typing import NamedTuple

import msgspec


class Lease(msgspec.Struct, frozen=True):
    """A room lent to a worker. Its token grows with every lease given, so a late writer can be told."""

    room_id: str
    token: int
    due_ms: int
    """When the room was due, on the queue server's clock."""
    attempt: int
    """1 is the first since the room was last polled with success."""
    anchor_id: str | None = None
    every: float | None = None
    """Seconds between polls; None polls once."""
    priority: int = 0
    every_max: float | None = None
    """Up to how many, where the room adapts."""


class Outcome(Enum):
    """How a lease ends; the values are the script's words."""

    DONE = "done"
    """Polled and stored: gone, or scheduled again where it recurs."""
    UNCHANGED = "unchanged"
    """The same, where the list is as it was: a room that adapts is polled more rarely."""
    RETRY = "retry"
    """Failed: scheduled after a delay, or dead when its attempts are used up."""
    DEFER = "defer"
    """Not its fault: scheduled after a delay, and no attempt counted."""
    RELEASE = "release"
    """Not begun: ready again at once, and no attempt counted."""
    DEAD = "dead"
    """No use to try again; a recurring room that was polled before is retired."""


class Settled(Enum):
    """What became of a settlement; the values are the script's."""

    LOST = 0
    """The lease had expired before, and nothing was changed."""
    KEPT = 1
    DEAD = 2
    """The room will not be polled again until it is pushed."""
    RETIRED = 3
    """The same of a recurring room that had been polled before: it has come to its end, and that is no failure."""


class Settlement(NamedTuple):
    """What a lease came to."""

    lease: Lease
    outcome: Outcome
    delay_ms: int = 0
    reason: str = ""


class Grant(NamedTuple):
    """What a call for leases gave."""

    leases: list[Lease]
    wait_ms: int
    """Until something may change by itself; 0 where more is ready now."""
    state: str
    """`run`, or what kept ready rooms from being leased: `stopped`, `paused`, `held`, `full` or `rate`."""
    pending: int
    """Rooms and raw jobs that are not dead, the leased ones among them."""
    vanished: int
    """Rooms that are dead by this call, since worker after worker died with them."""
    unreadable: int
    """Raw jobs that are dead letters by this call."""
    reason: str = ""
    """Why the fleet is stopped, where it is."""


class Call(NamedTuple):
    """Which of a worker's calls this is: one that is repeated, since its answer was lost, does no harm."""

    worker: str
    number: int = 0
    """Grows from 1 with every call of its kind that is no repetition; 0 where nobody counts."""
    heard: int = 0
    """The last one for leases whose answer came."""


class Depth(NamedTuple):
    """How many rooms stand where."""

    inbox: int
    ready: int
    scheduled: int
    leased: int
    dead: int
    recurring: int
    retired: int = 0
