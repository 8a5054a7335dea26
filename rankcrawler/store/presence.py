"""Who is in a room's lists: stays, latest profiles, and the coins of a day."""

from collections.abc import Iterable

from rankcrawler.model.kinds import ListKind
from rankcrawler.store import increments
from rankcrawler.store.batch import Batch
from rankcrawler.store.database import Database
from rankcrawler.store.days import day_of
from rankcrawler.store.increments import Change
from rankcrawler.store.interning import NO_PROFILE, Interned
from rankcrawler.store.rows import EntryRow
from rankcrawler.store.taken_list import TakenList


class Presence:
    """Adds to batches what lists show of contributors."""

    def __init__(self, database: Database, interned: Interned) -> None:
        self._database = database
        self._interned = interned

    def add(self, change: Change, taken: TakenList, kind: ListKind, batch: Batch) -> None:
        """Add who entered and left with a list, and, if its scores are gifts, what was given."""
        room_key, at_ms = taken.room.room_key, taken.at_ms
        if kind.scores_are_gifts:
            self._count(change, taken, batch)
        batch.stays += [(room_key, user, at_ms, score) for user, score in change.entered.items()]
        batch.arrivals += [(user, room_key) for user in change.entered]
        batch.ended_stays += [(taken.before_ms, score, room_key, user, at_ms) for user, score in change.left.items()]

    def see(self, rows: Iterable[EntryRow], at_ms: int, batch: Batch) -> None:
        """Note the contributors whose profile has changed."""
        latest = self._interned.latest
        for row in rows:
            user = row.user_key
            if user is not None and latest.get(user) != row.profile_key:
                before, latest[user] = latest.get(user), row.profile_key
                if user not in batch.profiles or batch.profiles[user][1] <= at_ms:
                    if before != NO_PROFILE:
                        noted = batch.profiles[user][0] if user in batch.profiles else None
                        batch.former_names.append((user, at_ms, noted, row.profile_key))
                    batch.profiles[user] = row.profile_key, at_ms

    def see_late(self, rows: Iterable[EntryRow], at_ms: int, batch: Batch) -> None:
        """Note the contributors of a list that came after a later one."""
        for user in {row.user_key for row in rows if row.user_key is not None}:
            batch.earlier[user] = min(at_ms, batch.earlier.get(user, at_ms))

    def _count(self, change: Change, taken: TakenList, batch: Batch) -> None:
        day, room_key = day_of(taken.at_ms), taken.room.room_key
        given = change.given | self._given_unseen(change, room_key, batch)
        for user, coins in given.items():
            batch.contributor_days[day, taken.snapshot.target.kind, user] += coins
        batch.room_days[day, room_key].coins += sum(given.values())

    def _given_unseen(self, change: Change, room_key: int, batch: Batch) -> dict[int, int]:
        """What those who entered gave since they were last seen; they may have been in the list before."""
        if change.floor is None or not change.entered:
            return {}
        users = list(change.entered)
        left = self._database.each("last_score", [{"room_key": room_key, "user_key": user} for user in users])
        known = {user: records[0][0] for user, records in zip(users, left, strict=True) if records}
        known |= {user: score for _, score, room, user, _ in batch.ended_stays if room == room_key}
        return {
            user: coins
            for user, score in change.entered.items()
            if (coins := increments.since_unseen(known.get(user), score, change.floor))
        }
