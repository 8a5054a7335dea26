"""What is to be done with a poll, given what is known of its room."""

from collections.abc import Callable
from typing import NamedTuple

from rankcrawler.clock import ms
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store.contract import Kept, Outcome
from rankcrawler.store.room import Room, fingerprint

IsStored = Callable[[Room, int, bool], bool]
"""Whether a room's poll of a moment, answered or not, is stored."""


class Judged(NamedTuple):
    """A list, and what is to be done with it."""

    poll: RoomSnapshot
    room: Room
    kept: Kept
    captured_ms: int
    is_newest: bool = False
    """Whether it was captured after all the room's others."""
    is_same: bool = False
    """Whether it is the list that the room had before."""
    before_ms: int = -1
    """When the list before it was captured, if it is the newest."""

    @property
    def is_kept(self) -> bool:
        """Whether there is anything to be written."""
        return self.kept not in (Kept.DUPLICATE, Kept.STALE)

    @property
    def outcome(self) -> Outcome:
        """What the poll brought, for those who look at polls later."""
        return outcome_of(self.poll, self.kept)


def judge(poll: RoomSnapshot, room: Room, is_stored: IsStored) -> Judged:
    """Judge a list, and advance its room, but for where the list will stand."""
    at = ms(poll.captured_at)
    if poll.fence < room.fence:
        return Judged(poll, room, Kept.STALE, at)
    if is_stored(room, at, True):
        return Judged(poll, room, Kept.DUPLICATE, at)
    mark = fingerprint(poll)
    is_newest = at > room.last_captured_ms
    is_same = is_newest and mark == room.last_print
    is_empty = not poll.entries and not poll.quarantined
    kept = Kept.EMPTY if is_empty else Kept.UNCHANGED if is_same else Kept.STORED
    judged = Judged(poll, room, kept, at, is_newest, is_same, room.last_captured_ms)
    room.seen.add((at, True))
    room.polled(poll, judged.outcome)
    if is_newest:
        room.last_captured_ms, room.last_print = at, mark
    return judged


def outcome_of(poll: RoomSnapshot, kept: Kept) -> Outcome:
    """What a poll with a list brought."""
    if kept is Kept.EMPTY:
        return "empty"
    if poll.entries and all(entry.score_precision == "withheld" for entry in poll.entries):
        return "withheld"
    return "unchanged" if kept is Kept.UNCHANGED else "stored"
