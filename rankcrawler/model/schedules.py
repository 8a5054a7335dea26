"""How often, and how urgently, a room is polled. Passed on whole, from the line that asks for it to the store."""

import msgspec


class Schedule(msgspec.Struct, frozen=True):
    """A room's schedule. In a push, None leaves what the queue knows of the room as it is."""

    every: float | None = None
    """Seconds between polls; None polls once."""
    every_max: float | None = None
    """Seconds between polls, at most, while the list stays the same; None always waits for `every`."""
    priority: int | None = None
    """Each point moves the room one minute ahead; None is 0 for a room that is new."""

    @property
    def recurs(self) -> bool:
        """Whether the room is polled more than once."""
        return self.every is not None


ONCE = Schedule()
"""Polls a room once."""
