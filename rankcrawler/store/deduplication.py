"""Decides what to do with a poll, given what a store knows of the room.

A poll is the same as another if its list has the same clock and the same digest, and the worker polled at the same
moment; a failed poll has that moment alone. A list with another digest under the same clock is another list. Lists are
in the order of their clocks. Those under one clock are in the order of their polls, a millisecond apart: `at_ms` is a
list's place in this order.
"""

from typing import NamedTuple, Protocol

from rankcrawler.clock import ms
from rankcrawler.model import clocks, rules
from rankcrawler.model.items import FailedPoll, Poll, Quarantined, RoomSnapshot
from rankcrawler.store.answers import Outcome
from rankcrawler.store.contract import Kept
from rankcrawler.store.fingerprints import fingerprint

Identity = tuple[str, str | None, str | None]
"""A poll: when it was made, and the clock and digest of its list, as in items; None for a failed poll."""


class KnownRoom(Protocol):
    """What a store knows of a room."""

    @property
    def fence(self) -> int:
        """The newest lease that wrote to the room."""

    @property
    def last_captured_ms(self) -> int:
        """The place of the last list in the order; -1 before the first."""

    @property
    def last_fingerprint(self) -> bytes | None:
        """Of the last list."""


class Place(NamedTuple):
    """Where a list goes in the order of its room's lists."""

    at_ms: int
    """No other list of the room is there."""
    stands_still: bool
    """Whether the list before has the same clock."""


class KnownPolls(Protocol):
    """What a store knows of a room's polls."""

    def has(self, found: RoomSnapshot | FailedPoll) -> bool:
        """Whether this very poll is stored."""

    def place(self, found: RoomSnapshot) -> Place:
        """The place of a list that is not stored yet."""


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
    """The list's place in the order; when the worker polled, for a failed poll."""
    is_newest: bool = False
    """Whether the list comes after all others of the room."""
    is_same: bool = False
    """Whether it is the list that the room had before."""
    fingerprint: bytes = b""
    """Of the list."""
    stands_still: bool = False
    """Whether the list before has the same clock."""

    @property
    def is_written(self) -> bool:
        """Whether the poll changes anything."""
        return self.kept not in (Kept.DUPLICATE, Kept.STALE)


def decide(poll: Poll, room: KnownRoom, polls: KnownPolls) -> Decision:
    """Decide on a poll."""
    found = poll.found
    at_ms = moment(found)
    if poll.fence < room.fence:
        return Decision(Kept.STALE, at_ms)
    if polls.has(found):
        return Decision(Kept.DUPLICATE, at_ms)
    if isinstance(found, FailedPoll):
        return Decision(Kept.FAILED, at_ms)
    own = list_fingerprint(found.target.anchor_id, found)
    place = polls.place(found)
    is_newest = place.at_ms > room.last_captured_ms and clocks.may_be_newest(found.flags)
    is_same = is_newest and own == room.last_fingerprint
    is_empty = not found.entries and not found.quarantined
    kept = Kept.EMPTY if is_empty else Kept.UNCHANGED if is_same else Kept.STORED
    return Decision(kept, place.at_ms, is_newest, is_same, own, place.stands_still)


def identity(found: RoomSnapshot | FailedPoll) -> Identity:
    """What distinguishes a poll from the room's others."""
    if isinstance(found, FailedPoll):
        return found.polled_at, None, None
    return found.polled_at, found.captured_at, found.digest


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
    return fingerprint(of.digest, rules.of_list(of.flags), anchor_id, of.currency, of.has_more, unread)
