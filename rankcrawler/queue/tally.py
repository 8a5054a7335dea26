"""The figures of one worker."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """What a worker has counted since it began, and what it knows about the queue."""

    pending: int = 0
    """Rooms in the queue that are not dead, as of the last call for leases, minus those that left since."""
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
