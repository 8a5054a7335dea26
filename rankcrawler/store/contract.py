"""The contract of every store; one test suite runs against all of them.

Moments are ISO 8601 text, as in items. A room is looked up by its id and its kind of list. If several gateways know
the id, `source` picks one; without it, the room polled last is meant.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Protocol

from rankcrawler.errors import DamagedList
from rankcrawler.model.items import Poll, RoomSnapshot
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store.answers import (
    Contributor,
    Counts,
    Finding,
    Gains,
    Joined,
    PollRecord,
    Purged,
    Recurring,
    Session,
    Source,
    Status,
    Stay,
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
    OLDER = "older"
    """Stored a list that contradicts what the room has shown; it is flagged `stale_list`, and counts for nothing."""
    STILL_OLDER = "still older"
    """Recorded that such a list is the same as at the poll before."""
    FAILED = "failed"
    """Recorded a failed poll with its verdict."""
    DUPLICATE = "duplicate"
    """Changed nothing: this very poll is stored already. The same list from another poll is UNCHANGED."""
    STALE = "stale"
    """Changed nothing: the poll's lease is older than the room's last."""

    @property
    def of_older(self) -> "Kept":
        """The same of a list that contradicts what the room has shown."""
        return Kept.STILL_OLDER if self is Kept.UNCHANGED else Kept.OLDER

    @property
    def but_for_age(self) -> "Kept":
        """The same of a list that follows the room's last."""
        return {Kept.OLDER: Kept.STORED, Kept.STILL_OLDER: Kept.UNCHANGED}.get(self, self)


class Store(Protocol):
    """Keeps polls. One thread uses it at a time; several processes may have it open.

    `latest` and the like return a snapshot exactly as it was written, with the flag `stale_list` if a database found
    it to be older than others before it, and `clock_stands_still` if the room's list before has the same clock. The
    envelope is not part of it: fence, schedule and `kept` are not read back.
    """

    def write(self, polls: Sequence[Poll]) -> list[Kept]:
        """Keep all polls, safe on disk on return, or raise StoreError and keep none.

        Raises StoreUnavailable if the same call may succeed later, RefusedByStore if one of the polls is to blame.
        """

    def note(self, changes: Sequence[SessionChange]) -> None:
        """Take in what has become of anchors' sessions, in order, safe on disk on return; raises as `write`.

        To note a change again changes nothing, and neither does one of an earlier lease. A session that begins ends the
        anchor's others; one that begins again in the same room is the same session.
        """

    def latest(self, room_id: str, *, kind: str = RANKLIST.name, source: str | None = None) -> RoomSnapshot | None:
        """The newest list, without rows if it was empty; None if there is no list yet.

        A database passes over lists that cast doubt on themselves or contradict the room's others, and over hidden
        contributors and scores, unless the room has no other list.
        """

    def counts(self) -> Counts:
        """How much the store holds; takes time in proportion."""

    def check(self) -> Iterator[Finding]:
        """What is not as it was written; takes time in proportion to what the store holds. Writers may go on."""

    def close(self) -> None:
        """Close the store; closing twice is harmless."""


class Records(Store, Protocol):
    """A store that answers questions, too: SQLite and PostgreSQL. For JSON Lines use a tool that reads JSON.

    `latest` and `at` raise DamagedList if rows of the list are missing.
    """

    @property
    def damage(self) -> Sequence[DamagedList]:
        """The lists that `lists` and `gains` have left out since the store was opened, because rows are missing."""

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

    def polled(
        self,
        since: str,
        until: str,
        *,
        kind: str = RANKLIST.name,
        room_id: str | None = None,
        source: str | None = None,
    ) -> int:
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
        """Who gave how much in a room between two moments, by the lists that count."""

    def sessions(self, anchor: str | None = None, *, room_id: str | None = None) -> list[Session]:
        """The sessions of an anchor, named as in Anchor.name, or those in a room, or all; the latest first."""

    def rooms(self, kind: str = RANKLIST.name) -> Iterator[str]:
        """The ids of all rooms with lists of that kind, each once."""

    def recurring(self, source: str) -> Iterator[Recurring]:
        """A gateway's rooms that are polled repeatedly and have not ended: what a lost queue held."""

    def sources(self) -> list[Source]:
        """Every gateway, the one polled last first."""

    def sources_of_room(self, room_id: str, kind: str = RANKLIST.name) -> list[str]:
        """The gateways that served a room's lists of that kind, the one polled last first."""

    def sources_of_contributor(self, user_id: str) -> list[str]:
        """The gateways whose lists had a contributor, the one seen last first."""

    def rename_source(self, old: str, new: str) -> Joined:
        """Call a gateway by another name. If there is a gateway of that name, the two become one.

        Raises StoreError if there is none of the old name.
        """

    def status(self, source: str | None = None) -> Status:
        """The store, or what it holds of one gateway, at a glance."""

    def repair(self) -> None:
        """Rebuild what can be of what `check` finds; remove lists of which rows are lost, and mark their polls."""

    def purge(self, before: str, source: str | None = None) -> Purged:
        """Remove the polls, lists and rows of all days (UTC) before the day of `before`, of one gateway or of all.

        Rooms, contributors and the sums of each hour stay. What remains reads as before.
        """
