"""A room while a batch of its polls is written: what the store knew of it, and what the batch changes."""

from dataclasses import dataclass, field

from rankcrawler.clock import ms
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.store.database import Row
from rankcrawler.store.interning import print_of


@dataclass(slots=True)
class Room:
    """The columns of `rooms` that polls change, and where the room's last list stands in its chain."""

    source_key: int
    room_key: int
    fence: int
    last_captured_ms: int
    last_polled_ms: int
    last_snapshot: int | None
    last_print: bytes | None
    base_key: int | None
    step: int | None
    entry_count: int | None
    anchor_id: str | None
    every: float | None
    every_max: float | None
    priority: int
    last_outcome: str
    ended_ms: int | None
    seen: set[tuple[int, bool]] = field(default_factory=set)
    """The moments of the batch's own polls, and whether they were answered."""

    def polled(self, poll: RoomSnapshot | FailedPoll, outcome: str) -> None:
        """Take in what a poll says of the room."""
        at = ms(poll.polled_at)
        self.fence = max(self.fence, poll.fence)
        if at < self.last_polled_ms:
            return
        self.last_polled_ms = at
        self.anchor_id = poll.anchor_id or self.anchor_id
        self.every, self.every_max = poll.every, poll.every_max
        self.priority, self.last_outcome = poll.priority, outcome
        gone = isinstance(poll, FailedPoll) and poll.action == "gone"
        self.ended_ms = at if gone else None if isinstance(poll, RoomSnapshot) else self.ended_ms

    def row(self) -> Row:
        """The values of the query advance_rooms."""
        return (
            self.fence,
            self.last_captured_ms,
            self.last_polled_ms,
            self.last_snapshot,
            self.last_print,
            self.anchor_id,
            self.every,
            self.every_max,
            self.priority,
            self.last_outcome,
            self.ended_ms,
            self.room_key,
        )


def fingerprint(snapshot: RoomSnapshot) -> bytes:
    """Over all that makes a list what it is: equal ones are stored once. How many watch is no part of it."""
    unread = [(row.position, row.path, row.reason) for row in snapshot.quarantined]
    return print_of(snapshot.digest, snapshot.flags, snapshot.anchor_id, snapshot.currency, snapshot.has_more, unread)
