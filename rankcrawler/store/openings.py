"""Scores begin at 0 with a session, so that what its first list shows was given since it began.

That counts if the beginning was seen, and once enough polls have shown the room: what a gateway serves first may be
another room's list, and coins that are counted cannot be taken back. Until then coins count from the first list on.
"""

from rankcrawler.model import kinds
from rankcrawler.store import places
from rankcrawler.store.batch import Batch
from rankcrawler.store.database import Database
from rankcrawler.store.days import day_of
from rankcrawler.store.room import ListPlace
from rankcrawler.store.shown import Shown
from rankcrawler.store.taken_list import TakenList
from rankcrawler.store.votes import Votes

OPENS = 2
"""How _resets marks the list: 0 and 1 are of scores that began again."""


class Openings:
    """Counts what the first lists of sessions show, in a database that is being written to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._votes = Votes(database)

    def count(self, taken: TakenList, batch: Batch) -> None:
        """Count what a room's first list shows, if the room is known, and its session is not counted yet."""
        room, kind = taken.room, kinds.named(taken.snapshot.target.kind)
        if room.opened_ms is None or room.began_ms is not None or not kind.scores_are_gifts:
            return
        batch.write_lists_of(room.room_key, self._database)
        if not self._votes.is_known(room):
            return
        for at_ms, first_polled_ms, *place in self._database.all("first_of_room", room_key=room.room_key):
            rows = places.read(self._database, ListPlace(*place[:5]))
            is_purged = day_of(first_polled_ms) != day_of(at_ms)  # the room may have had lists before
            if rows is not None and not is_purged:
                scores = Shown(rows, kind.capacity).scores
                given = {user: (own, own) for user, own in scores.items() if own}
                batch.give(at_ms, room.room_key, kind.name, given)
                batch.resets.append((room.room_key, at_ms, OPENS))
                room.began_ms = at_ms
