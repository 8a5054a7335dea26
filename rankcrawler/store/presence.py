"""Who is in a room's lists: stays, latest profiles, and the coins of an hour."""

from collections.abc import Iterable, Mapping
from operator import itemgetter

from rankcrawler.store.batch import Batch
from rankcrawler.store.interning import NO_PROFILE, Interned
from rankcrawler.store.rows import EntryRow
from rankcrawler.store.taken_list import TakenList
from rankcrawler.store.tally import Change, Given

_user_and_profile = itemgetter(*map(EntryRow._fields.index, ("user_key", "profile_key")))


class Presence:
    """Adds to batches what lists show of contributors."""

    def __init__(self, interned: Interned) -> None:
        self._interned = interned

    def add(self, found: Change, given: Mapping[int, Given], taken: TakenList, batch: Batch) -> None:
        """Add who entered and left with a list that counts, and what was given."""
        room, at_ms = taken.room, taken.at_ms
        batch.give(at_ms, room.room_key, taken.snapshot.target.kind, given)
        batch.stays += [(room.room_key, user, at_ms, score) for user, score in found.entered.items()]
        batch.arrivals += [(user, room.room_key) for user in found.entered]
        if found.left:
            left = [(room.counted_ms, mark, room.room_key, user, at_ms) for user, mark in found.left.items()]
            batch.ended_stays[room.room_key] += left

    def see(self, rows: Iterable[EntryRow], at_ms: int, batch: Batch) -> None:
        """Note the contributors whose profile has changed."""
        latest = self._interned.latest
        for user, profile in map(_user_and_profile, rows):
            if user is not None and latest.get(user) != profile:
                before, latest[user] = latest.get(user), profile
                if user not in batch.profiles or batch.profiles[user][1] <= at_ms:
                    if before != NO_PROFILE:
                        noted = batch.profiles[user][0] if user in batch.profiles else None
                        batch.former_names.append((user, at_ms, noted, profile))
                    batch.profiles[user] = profile, at_ms

    def see_late(self, rows: Iterable[EntryRow], at_ms: int, batch: Batch) -> None:
        """Note the contributors of a list that came after a later one."""
        for user in {row.user_key for row in rows if row.user_key is not None}:
            batch.earlier[user] = min(at_ms, batch.earlier.get(user, at_ms))
