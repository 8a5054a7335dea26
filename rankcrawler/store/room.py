"""A room while a batch of its polls is written: what the store knew of it, and what the batch changes."""

from dataclasses import dataclass, field
from typing import NamedTuple

from rankcrawler.clock import ms
from rankcrawler.model.items import FailedPoll, Poll
from rankcrawler.model.schedules import Schedule
from rankcrawler.store.database import Record
from rankcrawler.store.deduplication import Identity
from rankcrawler.store.standing import Standing


class ListPlace(NamedTuple):
    """A list's place in its chain of delta lists."""

    snapshot_key: int
    base_key: int
    step: int
    entry_count: int
    chain_rows: int | None = None
    """Rows written for the list and those before it in the chain; None in chains from before version 5."""


_OF_LISTS = 11
"""Values of the query find_rooms on its two lists."""


@dataclass(slots=True)
class Room:
    """The state of a room."""

    source_key: int
    room_key: int
    fence: int
    last_captured_ms: int
    """The place of the last list in the order of the room's lists; -1 before the first."""
    last_polled_ms: int
    last_fingerprint: bytes | None
    """Of the last list."""
    anchor_id: str | None
    last_outcome: str
    ended_ms: int | None
    schedule: Schedule
    newest_ms: int | None
    """When the newest list was captured; None where it is the last one."""
    counted_ms: int
    """When the last list that counts was last seen; -1 before the first."""
    began_ms: int | None
    """When the scores began again, or began with a session; None if that was not seen."""
    opened_ms: int | None
    """When the room's session began, if that was seen and `began_ms` is None."""
    last_standing: Standing
    """Of the last list."""
    last: ListPlace | None
    """Where the last list is; None before the first, and after it was purged."""
    counted: ListPlace | None
    """Where the last list that counts is; None before the first, and after it was purged."""
    carried: str | None
    """The marks that the last list that counts does not show."""
    seen: set[Identity] = field(default_factory=set)
    """What distinguishes the batch's own polls, by deduplication.identity."""
    clocks: dict[int, int] = field(default_factory=dict)
    """The clocks of the batch's own lists, by their places."""

    @classmethod
    def of(cls, record: Record) -> "Room":
        """The room of a record of the query find_rooms, but for what was asked for."""
        *state, every, every_max, priority, newest_ms, counted_ms, began_ms, opened_ms, standing = record[:-_OF_LISTS]
        last, counted, carried = _place(record[-_OF_LISTS:-6]), _place(record[-6:-1]), record[-1]
        times: Record = (newest_ms, -1 if counted_ms is None else counted_ms, began_ms, opened_ms)
        stands = Standing(standing or 0)
        values: Record = (*state, Schedule(every, every_max, priority), *times, stands, last, counted, carried)
        return cls(*values)

    def note(self, poll: Poll, outcome: str) -> None:
        """Take in a poll."""
        at_ms = ms(poll.found.polled_at)
        self.fence = max(self.fence, poll.fence)
        if at_ms < self.last_polled_ms:
            return
        self.last_polled_ms = at_ms
        self.anchor_id = poll.target.anchor_id or self.anchor_id
        self.schedule, self.last_outcome = poll.schedule, outcome
        if not isinstance(poll.found, FailedPoll):
            self.ended_ms = None
        elif poll.found.action == "gone":
            self.ended_ms = at_ms

    def record(self) -> Record:
        """The values of the query advance_rooms."""
        return (
            self.fence,
            self.last_captured_ms,
            self.last_polled_ms,
            None if self.last is None else self.last.snapshot_key,
            self.last_fingerprint,
            self.anchor_id,
            self.schedule.every,
            self.schedule.every_max,
            self.schedule.priority or 0,
            self.last_outcome,
            self.ended_ms,
            self.newest_ms,
            self.counted_ms,
            None if self.counted is None else self.counted.snapshot_key,
            self.began_ms,
            self.room_key,
        )


def _place(record: Record) -> ListPlace | None:
    return None if record[0] is None else ListPlace(*record)
