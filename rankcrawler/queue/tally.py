"""The figures of one worker."""

from collections import Counter
from dataclasses import dataclass, field

from rankcrawler import statistics
from rankcrawler.distribution import Distribution

LATENESS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds."""


@dataclass(slots=True)
class Tally:
    """What a worker has counted since it began, and what it knows about the queue."""

    pending: int = 0
    """Rooms in the queue that are not dead, as of the last call for leases, minus those that left since."""
    asked_at: float = 0.0
    """When that call was made, on the clock of this machine's uptime, in seconds."""
    recurs: bool = False
    """Whether the worker has leased a recurring room: then there is no end to get near to."""
    waiting: bool = False
    """Whether the worker holds no lease and the queue has none to give."""
    lost: int = 0
    """Leases that expired before they were settled, so that another worker may have the room."""
    left: int = 0
    """Leases that the worker could not settle when it closed; they expire, and their rooms are polled again."""
    dead: Counter[str] = field(default_factory=Counter)
    """Rooms that died, by reason."""
    failing: int = 0
    """How many times a recurring room has used up its attempts."""
    retired: int = 0
    """Recurring rooms whose session ended."""
    unreadable: int = 0
    """Entries of the inbox that name no room."""
    lateness: Distribution = field(default_factory=lambda: Distribution(LATENESS))
    """How late rooms were leased, in seconds."""

    def statistics(self) -> dict[str, int]:
        """What is counted of a run, by the names of its statistics."""
        return {
            **{statistics.DEAD + reason: rooms for reason, rooms in self.dead.items()},
            statistics.ROOMS_RETIRED: self.retired,
            statistics.ROOMS_FAILING: self.failing,
            statistics.LEASES_LOST: self.lost,
            statistics.LEASES_LEFT: self.left,
            statistics.INBOX_UNREADABLE: self.unreadable,
        }
