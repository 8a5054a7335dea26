"""What every store promises: one test suite runs against all of them.

Moments are ISO 8601 text as in items. A room is looked up by its id and its kind of list; where several
gateways know the id, `source` says which is meant, and without it the one polled last is.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Literal, NamedTuple, Protocol

from rankcrawler.model.items import FailedPoll, Kind, RoomSnapshot


class Kept(Enum):
    """What a store did with a poll."""

    STORED = "stored"
    """A list that differs from the room's last."""
    UNCHANGED = "unchanged"
    """The list of the poll before: noted as such."""
    EMPTY = "empty"
    """Nobody has given anything yet: a fact, and noted."""
    FAILED = "failed"
    """There was no list: noted with its verdict."""
    DUPLICATE = "duplicate"
    """This very poll is stored already: nothing was changed."""
    STALE = "stale"
    """Written under a lease older than the room's last: nothing was changed."""


class Counts(NamedTuple):
    """How much a store holds, counted row by row."""

    rooms: int
    polls: int
    snapshots: int
    """Lists with rows, each of which differs from the one before or begins a day."""
    entries: int
    """Rows that were written for them: of a list that follows another, only those that differ."""


Outcome = Literal["stored", "unchanged", "empty", "withheld", "failed"]


class Poll(NamedTuple):
    """One look at a room, and what came of it; a moment without one is a moment when nobody looked."""

    at: str
    """The list's own clock; the worker's where there was no list."""
    polled_at: str
    outcome: Outcome
    """withheld: there are contributors, and the gateway does not tell their scores."""
    entry_count: int | None
    """None where the poll failed."""
    total: int | None = None
    user_count_desc: str | None = None
    action: str | None = None
    """What followed from a failure, and the five fields after it: as of a FailedPoll."""
    reason: str | None = None
    status: int | None = None
    code: int | None = None
    status_code: int | None = None
    attempt: int | None = None


class User(NamedTuple):
    """A contributor: the profile is the latest."""

    source: str
    user_id: str
    display_id: str | None
    sec_uid: str | None
    nickname: str | None
    gender: int | None
    avatar_url: str | None
    first_seen: str
    last_seen: str
    """The last list of any room that had this user in it."""


class Stay(NamedTuple):
    """A time for which a user stood in a room's list without a break, as far as polls can tell."""

    kind: Kind
    room_id: str
    anchor_id: str | None
    since: str
    """The first list with the user in it."""
    until: str
    """The last."""
    is_over: bool
    """Whether a list without the user has come since."""
    first_score: int | None
    last_score: int | None


class Gain(NamedTuple):
    """What one user gave in a room between two moments, as far as lists can tell."""

    user_id: str
    nickname: str | None
    coins: int
    """At the least: what somebody gave who was not in a full list then counts from that list's last place on."""
    first_score: int | None
    """In the first list of the time; None where the user was not in it."""
    last_score: int | None
    """In the last."""
    marks: tuple[str, ...]
    """entered, left, reentered: the list; reset: the score fell, so that it counts from 0 on."""


class Gains(NamedTuple):
    """Who gave how much in a room between two lists."""

    since: str | None
    """When the first list was captured: the last one before the time asked for, else the first within it."""
    until: str | None
    """When the last was; both None where there is no list."""
    gains: list[Gain]
    """Most coins first; users who neither gave nor came nor went are left out."""
    failures: int
    """Polls that failed in between: what came and went unseen."""
    longest_gap: float
    """Seconds between two polls that brought a list, at the most."""


class Giver(NamedTuple):
    """What a user gave in all rooms together on one day."""

    source: str
    user_id: str
    nickname: str | None
    coins: int
    """As in a Gain: at the least."""


class Activity(NamedTuple):
    """What happened in a room on one day."""

    source: str
    kind: Kind
    room_id: str
    anchor_id: str | None
    polls: int
    failures: int
    """Of the polls."""
    lists: int
    """That differed from the one before."""
    coins: int
    """Given by users; anonymised rows count for nobody."""


class Recurring(NamedTuple):
    """A room that is polled again and again, as its last poll's job said."""

    room_id: str
    kind: Kind
    anchor_id: str | None
    every: float
    """Seconds."""
    every_max: float | None
    priority: int
    last_polled: str


class Status(NamedTuple):
    """A store at a glance; the counts are sums of what was counted as it was written."""

    place: str
    """Where it is, without its password."""
    version: int
    """Of its schema."""
    size: int
    """Bytes on disk."""
    rooms: int
    users: int
    polls: int
    failures: int
    lists: int
    entries: int
    first_day: str | None
    """The oldest day that is kept, as YYYY-MM-DD."""
    last_day: str | None


class Purged(NamedTuple):
    """What a purge removed."""

    polls: int
    lists: int
    entries: int


class Store(Protocol):
    """Keeps polls. Used by one thread at a time; several processes may have one store open.

    What a poll owes to its lease is not part of its list, and is not read back with it: `fence`, `every`,
    `every_max`, `priority` and `kept`. Whatever else a snapshot had when it was written it has when it is read.
    """

    def write(self, polls: Sequence[RoomSnapshot | FailedPoll]) -> list[Kept]:
        """Keep all or, when StoreError is raised, none; they are safe on disk when it returns.

        StoreUnavailable where the same call may do later; RefusedByStore where one of the polls is to blame.
        """

    def latest(self, room_id: str, *, kind: Kind = "ranklist", source: str | None = None) -> RoomSnapshot | None:
        """The list at the room's last poll that brought one; without rows where nobody had given. None: no list yet."""

    def counts(self) -> Counts:
        """How much the store holds; takes time in proportion."""

    def close(self) -> None:
        """Close it; closing twice does no harm."""


class Records(Store, Protocol):
    """A store that also answers questions: SQLite and PostgreSQL. For JSON Lines use a tool that reads JSON."""

    def at(
        self, room_id: str, moment: str, *, kind: Kind = "ranklist", source: str | None = None
    ) -> RoomSnapshot | None:
        """The list that a room had at a moment: the last that was captured until then; None if none was."""

    def lists(
        self, room_id: str, since: str, until: str, *, kind: Kind = "ranklist", source: str | None = None
    ) -> Iterator[RoomSnapshot]:
        """The lists of a room from `since` until before `until`: where they changed, and the first of each day."""

    def polls(
        self,
        room_id: str,
        since: str,
        until: str,
        *,
        kind: Kind = "ranklist",
        source: str | None = None,
        limit: int = 10_000,
    ) -> list[Poll]:
        """The polls of a room from `since` until before `until`, oldest first, the latest `limit` of them."""

    def user(self, user_id: str, *, source: str | None = None) -> User | None:
        """A user's latest profile."""

    def trail(self, user_id: str, *, source: str | None = None, limit: int = 1000) -> list[Stay]:
        """The rooms where a user was seen, the latest stay first."""

    def gains(
        self, room_id: str, since: str, until: str, *, kind: Kind = "ranklist", source: str | None = None
    ) -> Gains:
        """Who gave how much in a room between two moments."""

    def top_givers(self, day: str, *, limit: int = 100) -> list[Giver]:
        """Who gave most on a day (UTC, YYYY-MM-DD), in all rooms together."""

    def active_rooms(self, day: str, *, limit: int = 100) -> list[Activity]:
        """Where most was given on a day (UTC, YYYY-MM-DD)."""

    def rooms(self, kind: Kind = "ranklist") -> Iterator[str]:
        """The ids of all rooms with such lists, each once."""

    def recurring(self, source: str) -> Iterator[Recurring]:
        """Rooms of a gateway that are polled again and again and have not ended: what a lost queue held."""

    def status(self) -> Status:
        """The store at a glance."""

    def purge(self, before: str) -> Purged:
        """Remove the polls, lists and rows of all days (UTC) before the one that `before` is in.

        Rooms, users and the sums of each day are kept. What remains can be read as before.
        """
