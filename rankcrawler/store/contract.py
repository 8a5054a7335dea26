"""What every store promises: one test suite runs against all of them."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from rankcrawler.items import RoomSnapshot


class Kept(Enum):
    """What a store did with a snapshot."""

    STORED = "stored"
    """A list that differs from the room's last."""
    UNCHANGED = "unchanged"
    """The list of the poll before: noted as such, and not stored again."""
    EMPTY = "empty"
    """Nobody has given anything yet: a fact, and noted."""
    DUPLICATE = "duplicate"
    """This very snapshot is stored already: nothing was changed."""
    STALE = "stale"
    """Written under a lease older than the room's last: nothing was changed."""


class Counts(NamedTuple):
    """How much a store holds."""

    rooms: int
    polls: int
    snapshots: int
    entries: int


class Store(Protocol):
    """Keeps snapshots. Used by one thread at a time; several processes may have one store open."""

    def write(self, snapshots: Sequence[RoomSnapshot]) -> list[Kept]:
        """Keep all of them or, when StoreError is raised, none; they are safe on disk when it returns."""

    def latest(self, room_id: str) -> RoomSnapshot | None:
        """The list that a room had at its last poll; None if it was never polled, or was empty."""

    def counts(self) -> Counts:
        """How much the store holds."""

    def close(self) -> None:
        """Close it; closing twice does no harm."""
