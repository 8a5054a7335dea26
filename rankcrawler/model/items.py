"""The items of a crawl, one Poll per poll. It has a RoomSnapshot, with a RankEntry per row, or a FailedPoll.

All are frozen msgspec structs: building one takes 0.3 µs, a frozen dataclass 5 µs, and a poll builds a hundred.
ItemAdapter supports them, so other people's exporters, pipelines and middlewares work.
Unknown values are None, never 0 or "". Times are ISO 8601 in UTC with milliseconds; ids are strings.
"""

import msgspec

from rankcrawler.model import clocks
from rankcrawler.model.rows import RankEntry
from rankcrawler.model.schedules import ONCE, Schedule
from rankcrawler.model.targets import Target


class Quarantined(msgspec.Struct, frozen=True):
    """A row that could not be read. Its content is not kept, since it can be anything."""

    position: int
    """The position in the answer's list; 1 is first."""
    path: str
    """The JSON path of the error."""
    reason: str


class RoomSnapshot(msgspec.Struct, frozen=True):
    """One room's list in one poll, identified by its target's room, `captured_at`, `digest` and `polled_at`."""

    target: Target
    captured_at: str
    polled_at: str
    total: int | None
    """The size of the audience, not of the list."""
    user_count_desc: str | None
    currency: str | None
    has_more: bool | None
    entry_count: int
    """The number of rows that could be read."""
    digest: str
    """128 bits, in hex, over everything that is kept of the list; equal digests mean equal lists."""
    entries: tuple[RankEntry, ...]
    quarantined: tuple[Quarantined, ...] = ()
    """The rows that could not be read."""
    flags: tuple[str, ...] = ()
    """The rules that the list or one of its rows breaks."""

    @property
    def ordered_at(self) -> str:
        """The moment by which a room's lists are ordered: `captured_at`, or `polled_at` if the clock is wrong."""
        return clocks.ordered_at(self.captured_at, self.polled_at, self.flags)


class FailedPoll(msgspec.Struct, frozen=True):
    """A poll that returned no list, and why."""

    target: Target
    polled_at: str
    action: str
    """The action that follows, from rankcrawler.gateways.verdict: retry, wait, gone_once, gone or stop."""
    reason: str
    status: int | None
    """The HTTP status; None if there was no answer."""
    code: int | None
    """The outer code in the body; None if it is missing or could not be read."""
    status_code: int | None
    """The inner code in the body."""
    attempt: int
    """The number of the attempt; 1 is the first after a successful poll."""
    wait: float = 0.0
    """Seconds that the gateway asks clients to wait, if the action is wait."""
    code_word: str | None = None
    """The outer code in the body, if it is a word and no number."""


class Poll(msgspec.Struct, frozen=True):
    """One poll: what it found, and the lease under which it was made. This is the item of a crawl."""

    found: RoomSnapshot | FailedPoll
    fence: int = 0
    """The lease's number. A store refuses a poll whose fence is lower than the room's last."""
    schedule: Schedule = ONCE
    """The room's schedule, from the lease."""
    kept: str | None = None
    """The store's outcome: stored, unchanged, empty, failed or duplicate; None before the poll is stored."""

    @property
    def target(self) -> Target:
        """The target that was polled."""
        return self.found.target

    @property
    def snapshot(self) -> RoomSnapshot | None:
        """The list; None if the poll failed."""
        return self.found if isinstance(self.found, RoomSnapshot) else None
