"""A list that a store takes in."""

from typing import NamedTuple

from rankcrawler.clock import ms
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store.answers import Outcome
from rankcrawler.store.days import KEY_BITS, day_of
from rankcrawler.store.room import Room
from rankcrawler.store.standing import Standing


class TakenList(NamedTuple):
    """A list that is written, with its room."""

    snapshot: RoomSnapshot
    room: Room
    outcome: Outcome
    at_ms: int
    """Its place in the order of the room's lists: its clock, unless that is wrong or stands still."""
    is_newest: bool
    """Whether it comes after all others of the room."""
    is_same: bool
    """Whether it is the list that the room had before."""
    before_ms: int
    """The place of the room's last list, before this one; -1 for none."""
    stands_still: bool
    """Whether the list before has the same clock."""

    @property
    def clock_ms(self) -> int | None:
        """What its own clock said, if that is not its place."""
        captured_ms = ms(self.snapshot.captured_at)
        return None if captured_ms == self.at_ms else captured_ms

    @property
    def may_need_rows(self) -> bool:
        """Whether the list is written, as far as is known before those of its batch; nearly always right if False."""
        return not self.is_same or day_of(self.before_ms) != day_of(self.at_ms) or self.room.last is None

    @property
    def key_of_same(self) -> int | None:
        """The key of the room's last list, if it is the same list of the same day; None if this one is written.

        A list that is unconfirmed is written at each poll, because it counts once enough polls agree with it.
        """
        last = self.room.last
        if (
            self.room.last_standing is Standing.UNCONFIRMED
            or not self.is_same
            or last is None
            or day_of(last.snapshot_key >> KEY_BITS) != day_of(self.at_ms)
        ):
            return None
        return last.snapshot_key
