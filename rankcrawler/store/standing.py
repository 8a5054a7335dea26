"""Whether a list counts: whether sums, stays and what is newest follow it. Every list is kept as it was served."""

from enum import IntEnum

from rankcrawler.model.clocks import IN_FUTURE
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rules import STALE_LIST

_DOUBTED_BY = frozenset((IN_FUTURE, "captured_backwards", "list_of_two_rooms", STALE_LIST))
_TELLS_NOTHING = frozenset(("anonymous_room", "scores_withheld"))


class Standing(IntEnum):
    """How a list stands in its room. A list from before version 6 of the schema has none, unless a flag says it."""

    COUNTED = 0
    """It counts."""
    TELLS_NOTHING = 1
    """Its contributors or scores are hidden, or it is empty after others: what was known before stays known."""
    DOUBTFUL = 2
    """A flag casts doubt on it, or a later list came before it."""
    OLDER = 3
    """It contradicts what the room has shown: see the flag `stale_list`."""
    UNCONFIRMED = 4
    """Next to nothing is known of its room, and too few lists agree with it: see votes."""


def by_itself(snapshot: RoomSnapshot, *, is_first: bool) -> Standing:
    """A list's standing as far as the list itself shows; `is_first`: no list with contributors came before."""
    if not _DOUBTED_BY.isdisjoint(snapshot.flags):
        return Standing.DOUBTFUL
    entries = snapshot.entries
    if not entries:
        return Standing.COUNTED if is_first and not snapshot.quarantined else Standing.TELLS_NOTHING
    if not _TELLS_NOTHING.isdisjoint(snapshot.flags):
        return Standing.TELLS_NOTHING
    first = entries[0]
    has_scores = first.score is not None or any(entry.score is not None for entry in entries)
    has_names = first.user_id is not None or any(entry.user_id is not None for entry in entries)
    return Standing.COUNTED if has_scores and has_names else Standing.TELLS_NOTHING
