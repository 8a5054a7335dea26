"""What the JSON Lines store remembers of a room while it is open."""

from dataclasses import dataclass, field, replace

from rankcrawler.store.deduplication import Identity, Place
from rankcrawler.store.poll_line import PollLine

REMEMBERED = 128
"""Polls of a room that are remembered; for older ones the file is read."""


@dataclass(slots=True)
class LineRoom:
    """A room's latest polls, and where its last list is."""

    recent: dict[Identity, None] = field(default_factory=dict)
    """The room's last polls, oldest first."""
    forgotten: str = ""
    """When the last was made of those that only the file has."""
    fence: int = 0
    last: PollLine | None = None
    """The last poll that brought a list."""
    list_start: int = 0
    """Where the rows of that list begin in entries.jsonl …"""
    list_end: int = 0
    """… and end; the same if the list was empty."""

    @property
    def last_captured_ms(self) -> int:
        """When the last list was captured; -1 before the first."""
        return -1 if self.last is None else self.last.captured_ms

    @property
    def last_fingerprint(self) -> bytes | None:
        """Of the last list."""
        return None if self.last is None else self.last.fingerprint

    def copied(self) -> "LineRoom":
        """A copy, which a batch may change and then drop."""
        return replace(self, recent=self.recent.copy())

    def place(self, clock_ms: int) -> Place:
        """The place of a list in the order of the room's lists: its clock's, or after the last under the same clock."""
        stands_still = clock_ms == self.last_captured_ms
        return Place(clock_ms + stands_still, stands_still)

    def take(self, line: PollLine, entries_start: int) -> None:
        """Take in a poll; its rows, if it has any, begin at that byte of entries.jsonl."""
        self.fence = max(self.fence, line.fence)
        self.recent[line.identity] = None
        if len(self.recent) > REMEMBERED:
            oldest = next(iter(self.recent))
            del self.recent[oldest]
            self.forgotten = max(self.forgotten, oldest[0])
        if line.captured_at is None or (self.last is not None and line.captured_at < (self.last.captured_at or "")):
            return
        self.last = line
        if line.entries_end > entries_start:
            self.list_start, self.list_end = entries_start, line.entries_end
        elif not line.entry_count:
            self.list_start = self.list_end
