"""How often, and how urgently, a room is polled. One object, passed unchanged from the room list to the store."""

import msgspec


class Schedule(msgspec.Struct, frozen=True):
    """A room's schedule. When a room is pushed again, None keeps the value in the queue."""

    every: float | None = None
    """Seconds between polls; None polls once."""
    every_max: float | None = None
    """Maximum seconds between polls while the list stays the same; None always waits `every` seconds."""
    priority: int | None = None
    """Each point moves the room one minute ahead; None means 0 for a new room."""

    @property
    def recurs(self) -> bool:
        """Whether the room is polled more than once."""
        return self.every is not None


ONCE = Schedule()
"""Polls a room once."""
