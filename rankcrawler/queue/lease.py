"""A lease: a worker's right to poll one room for a while; and how it ends."""

from enum import Enum
from typing import Any, NamedTuple

import msgspec

from rankcrawler.model.schedules import ONCE, Schedule


class Lease(msgspec.Struct, frozen=True):
    """A room that a worker may poll."""

    room_id: str
    fence: int
    """Larger than that of every lease before it, so that a store can refuse late writes."""
    due_ms: int
    """When the room was due, on the queue server's clock."""
    attempt: int
    """1 is the first since the room was last polled with success."""
    anchor_id: str | None = None
    schedule: Schedule = ONCE
    was_polled: bool = False
    """Whether it recurs, and a poll has brought its list since it was pushed."""
    gone_once: bool = False
    """Whether the last poll found the room gone, and this one is to confirm it."""
    is_last: bool = False
    """Whether the room's anchor is offline, as looks have said, and the room is retired after this poll."""

    @property
    def label(self) -> str:
        """What the log calls it."""
        return f"{'Anchor' if '=' in self.room_id else 'Room'} {self.room_id}"

    @property
    def fields(self) -> dict[str, Any]:
        """What a log line that is JSON says of it."""
        return {"anchor" if "=" in self.room_id else "room": self.room_id, "attempt": self.attempt}


class Outcome(Enum):
    """How a lease ends; the values are the script's words."""

    DONE = "done"
    """Polled and stored. A recurring room is scheduled again, any other leaves the queue."""
    UNCHANGED = "unchanged"
    """DONE, and the list was the same as before: a room that adapts is polled less often."""
    RETRY = "retry"
    """Failed: scheduled after a delay. A room whose attempts are used up dies or, if it recurs, is failing."""
    DEFER = "defer"
    """Failed through no fault of the room's: scheduled after a delay, without counting an attempt."""
    RELEASE = "release"
    """Not started: the room is ready again at once, and no attempt counts."""
    DEAD = "dead"
    """Not worth another attempt: the room dies. A recurring room that was polled before is retired."""


class Settled(Enum):
    """The result of a settlement; the values are the script's."""

    LOST = 0
    """The lease had expired, and nothing changed."""
    KEPT = 1
    """The outcome took effect, and the room lives on or is done."""
    DEAD = 2
    """The room will not be polled until it is pushed again."""
    RETIRED = 3
    """Same for a recurring room that was polled before: its session has ended, which is not a failure."""
    FAILING = 4
    """A recurring room has used up its attempts: it is polled more and more rarely, until a poll succeeds."""


class Settlement(NamedTuple):
    """The outcome of a lease."""

    lease: Lease
    outcome: Outcome
    delay_ms: int = 0
    reason: str = ""


class Grant(NamedTuple):
    """The answer to a call for leases."""

    leases: list[Lease]
    wait_ms: int
    """Until something may change by itself; 0 if more rooms are ready now."""
    state: str
    """`run`, or what keeps ready rooms from being leased: `foreign`, `stopped`, `paused`, `held`, `full` or `rate`."""
    pending: int
    """Rooms and entries that are not dead, including leased rooms."""
    vanished: int
    """Rooms that died in this call, because one worker after another vanished with them."""
    unreadable: int
    """Entries of the inbox that became dead letters in this call."""
    reason: str = ""
    """Why the fleet is stopped, if it is; the gateway whose rooms the queue holds, if the state is `foreign`."""
    now_ms: int = 0
    """The server's clock, in ms since 1970."""
    back_ms: int = 0
    """By how much the server's clock was found to have run back."""


class Call(NamedTuple):
    """Identifies a worker's call, so that it is harmless to repeat one whose answer was lost."""

    worker: str
    number: int = 0
    """Counts the worker's calls of one kind from 1; a repetition keeps its number. 0 for calls that are not counted."""
    heard: int = 0
    """The last call for leases whose answer arrived."""
    source: str = ""
    """The gateway that the worker polls; a queue leases no rooms of one gateway to the workers of another."""
    profile: str = ""
    """The name of its profile: the workers of one gateway must all read it in the same way."""


class Depth(NamedTuple):
    """How many rooms are in which state."""

    inbox: int
    ready: int
    scheduled: int
    leased: int
    dead: int
    recurring: int
    retired: int = 0
    failing: int = 0
    """Recurring rooms whose attempts are used up; each is ready, scheduled or leased as well."""
