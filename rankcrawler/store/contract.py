"""The contract of every store; one test suite runs against all of them.

Moments are ISO 8601 text, as in items. A room is looked up by its id and its kind of list. If several gateways know
the id, `source` picks one; without it, the room polled last is meant.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Protocol

from rankcrawler.model.items import Poll, RoomSnapshot
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.store.answers import (
    Activity,
    Contributor,
    Counts,
    Gains,
    PollRecord,
    Purged,
    Recurring,
    Status,
    Stay,
    TopContributor,
)
from rankcrawler.store.list_choice import CHANGED, Lists


class Kept(Enum):
    """What a store did with a poll."""

    STORED = "stored"
    """Stored a list that differs from the room's last."""
    UNCHANGED = "unchanged"
    """Recorded that the list is the same as at the poll before."""
    EMPTY = "empty"
    """Recorded: no contributor has given anything yet."""
    FAILED = "failed"
    """Recorded a failed poll with its verdict."""
    DUPLICATE = "duplicate"
    """Changed nothing: this very poll is stored already."""
    STALE = "stale"
    """Changed nothing: the poll's lease is older than the room's last."""


class Store(Protocol):
    """Keeps polls. One thread uses it at a time; several processes may have it open.

    `latest` and the like return a snapshot exactly as it was written. The envelope is not part of it: fence, schedule
    and `kept` are not read back.
    """

    def write(self, polls: Sequence[Poll]) -> list[Kept]:
        """Keep all polls, safe on disk on return, or raise StoreError and keep none.

        Raises StoreUnavailable if the same call may succeed later, RefusedByStore if one of the polls is to blame.
        """

    def latest(self, room_id: str, *, kind: str = RANKLIST.name, source: str | None = None) -> RoomSnapshot | None:
        """The list of the room's last successful poll, without rows if it was empty; None if there is no list yet."""

    def counts(self) -> Counts:
        """How much the store holds; takes time in proportion."""

    def close(self) -> None:
        """Close the store; closing twice is harmless."""


class Records(Store, Protocol):
    """A store that answers questions, too: SQLite and PostgreSQL. For JSON Lines use a tool that reads JSON."""

    def at(
        self, room_id: str, moment: str, *, kind: str = RANKLIST.name, source: str | None = None
    ) -> RoomSnapshot | None:
        """The list that the room had at a moment: the last one captured until then; None if there was none."""

    def lists(
        self,
        room_id: str,
        since: str,
        until: str,
        *,
        kind: str = RANKLIST.name,
        source: str | None = None,
        which: Lists = CHANGED,
    ) -> Iterator[RoomSnapshot]:
        """The room's lists from `since` until before `until`; without `which`, those that changed.

        The first list of each day (UTC) counts as changed.
        """

    def polled(self, since: str, until: str, *, kind: str = RANKLIST.name, room_id: str | None = None) -> int:
        """How many polls brought a list from `since` until before `until`, of all rooms or of one."""

    def polls(
        self,
        room_id: str,
        since: str,
        until: str,
        *,
        kind: str = RANKLIST.name,
        source: str | None = None,
        limit: int = 10_000,
    ) -> list[PollRecord]:
        """The room's latest `limit` polls from `since` until before `until`, oldest first."""

    def contributor(self, user_id: str, *, source: str | None = None) -> Contributor | None:
        """A contributor's latest profile; None if no list had them."""

    def trail(self, user_id: str, *, source: str | None = None, limit: int = 1000) -> list[Stay]:
        """The rooms where a contributor was seen, latest stay first."""

    def gains(
        self, room_id: str, since: str, until: str, *, kind: str = RANKLIST.name, source: str | None = None
    ) -> Gains:
        """Who gave how much in a room between two moments."""

    def top_contributors(self, day: str, *, kind: str = RANKLIST.name, limit: int = 100) -> list[TopContributor]:
        """Who gave most on a day (UTC, YYYY-MM-DD) in all rooms together, by the lists of one kind."""

    def active_rooms(self, day: str, *, limit: int = 100) -> list[Activity]:
        """The rooms where most was given on a day (UTC, YYYY-MM-DD)."""

    def rooms(self, kind: str = RANKLIST.name) -> Iterator[str]:
        """The ids of all rooms with lists of that kind, each once."""

    def recurring(self, source: str) -> Iterator[Recurring]:
        """A gateway's rooms that are polled repeatedly and have not ended: what a lost queue held."""

    def status(self) -> Status:
        """The store at a glance."""

    def purge(self, before: str) -> Purged:
        """Remove the polls, lists and rows of all days (UTC) before the day of `before`.

        Rooms, contributors and the sums of each day stay. What remains reads as before.
        """
