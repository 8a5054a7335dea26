"""What the JSON Lines store remembers of a room while it is open."""

from dataclasses import dataclass, field, replace

from rankcrawler.clock import ms
from rankcrawler.model.items import RoomSnapshot
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
        """The moment of the last list; -1 before the first."""
        return -1 if self.last is None else ms(self.last.ordered_at)

    @property
    def last_fingerprint(self) -> bytes | None:
        """Of the last list."""
        return None if self.last is None else self.last.fingerprint

    def copied(self) -> "LineRoom":
        """A copy, which a batch may change and then drop."""
        return replace(self, recent=self.recent.copy())

    def place(self, found: RoomSnapshot) -> Place:
        """The place of a list in the order of the room's lists: its moment's, or after the last of the same moment."""
        at_ms = ms(found.ordered_at)
        if self.last is None or at_ms != self.last_captured_ms:
            return Place(at_ms, stands_still=False)
        return Place(at_ms + 1, stands_still=found.captured_at == found.ordered_at == self.last.captured_at)

    def take(self, line: PollLine, entries_start: int) -> None:
        """Take in a poll; its rows, if it has any, begin at that byte of entries.jsonl."""
        self.fence = max(self.fence, line.fence)
        self.recent[line.identity] = None
        if len(self.recent) > REMEMBERED:
            oldest = next(iter(self.recent))
            del self.recent[oldest]
            self.forgotten = max(self.forgotten, oldest[0])
        if not line.may_be_newest or (self.last is not None and line.ordered_at < self.last.ordered_at):
            return
        self.last = line
        if line.entries_end > entries_start:
            self.list_start, self.list_end = entries_start, line.entries_end
        elif not line.entry_count:
            self.list_start = self.list_end
