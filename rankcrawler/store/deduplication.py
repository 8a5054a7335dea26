"""Decides what to do with a poll, given what a store knows of the room."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from rankcrawler.clock import ms
from rankcrawler.model import clocks
from rankcrawler.model.items import FailedPoll, Poll, Quarantined, RoomSnapshot
from rankcrawler.store.answers import Outcome
from rankcrawler.store.contract import Kept
from rankcrawler.store.fingerprints import fingerprint


class KnownRoom(Protocol):
    """What a store knows of a room."""

    @property
    def fence(self) -> int:
        """The newest lease that wrote to the room."""

    @property
    def last_captured_ms(self) -> int:
        """When the last list was captured; -1 before the first."""

    @property
    def last_fingerprint(self) -> bytes | None:
        """Of the last list."""


class ListFacts(Protocol):
    """What distinguishes a list from others, beside its anchor."""

    @property
    def digest(self) -> str | None:
        """Over its rows."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Rules that it breaks."""

    @property
    def currency(self) -> str | None:
        """As of a RoomSnapshot, like the next two."""

    @property
    def has_more(self) -> bool | None:
        """Whether the gateway says that the list is longer."""

    @property
    def quarantined(self) -> tuple[Quarantined, ...]:
        """Rows that could not be read."""


class Decision(NamedTuple):
    """What a store does with a poll."""

    kept: Kept
    at_ms: int
    """When the list was captured; when the worker polled, for a failed poll or a list whose clock is wrong."""
    is_newest: bool = False
    """Whether the list comes after all others of the room."""
    is_same: bool = False
    """Whether it is the list that the room had before."""
    fingerprint: bytes = b""
    """Of the list."""

    @property
    def is_written(self) -> bool:
        """Whether the poll changes anything."""
        return self.kept not in (Kept.DUPLICATE, Kept.STALE)


def decide(poll: Poll, room: KnownRoom, is_stored: Callable[[int, bool], bool]) -> Decision:
    """Decide on a poll. `is_stored` says whether the room has a poll of a moment, in ms, with or without a list."""
    found = poll.found
    is_list = isinstance(found, RoomSnapshot)
    at_ms = moment(found)
    if poll.fence < room.fence:
        return Decision(Kept.STALE, at_ms)
    if is_stored(at_ms, is_list):
        return Decision(Kept.DUPLICATE, at_ms)
    if isinstance(found, FailedPoll):
        return Decision(Kept.FAILED, at_ms)
    own = list_fingerprint(found.target.anchor_id, found)
    is_newest = at_ms > room.last_captured_ms and clocks.may_be_newest(found.flags)
    is_same = is_newest and own == room.last_fingerprint
    is_empty = not found.entries and not found.quarantined
    kept = Kept.EMPTY if is_empty else Kept.UNCHANGED if is_same else Kept.STORED
    return Decision(kept, at_ms, is_newest, is_same, own)


def moment(found: RoomSnapshot | FailedPoll) -> int:
    """When a list was captured, or a failed poll was made, or a list whose clock is wrong arrived; in ms."""
    return ms(found.ordered_at if isinstance(found, RoomSnapshot) else found.polled_at)


def outcome_of(found: RoomSnapshot | FailedPoll, kept: Kept) -> Outcome:
    """The outcome of a poll, as it is recorded."""
    if isinstance(found, FailedPoll):
        return "failed"
    if kept is Kept.EMPTY:
        return "empty"
    if found.entries and all(entry.score_precision == "withheld" for entry in found.entries):
        return "withheld"
    return "unchanged" if kept is Kept.UNCHANGED else "stored"


def list_fingerprint(anchor_id: str | None, of: ListFacts) -> bytes:
    """The fingerprint of everything that makes a list what it is. How many people watch is not part of it."""
    unread = [(row.position, row.path, row.reason) for row in of.quarantined]
    return fingerprint(of.digest, of.flags, anchor_id, of.currency, of.has_more, unread)
