"""Counts the coins of a gateway's day again, from the lists of its rooms."""

from rankcrawler.model.targets import RoomName
from rankcrawler.store import gains
from rankcrawler.store.batch import Batch
from rankcrawler.store.database import Database
from rankcrawler.store.days import DAY_MS
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.values import restored
from rankcrawler.store.walk import Walk


def recount(database: Database, source_key: int, day: int) -> None:
    """Set the sums of a day (since 1970) to what the lists show; leaves them as they are if the day was purged."""
    batch = Batch()
    values = {"day": day, "first": day * 24, "end": (day + 1) * 24, "source_key": source_key}
    for room_key, kind, room_id, lists in map(restored, database.all("rooms_of_day", **values)):
        span = {"since_ms": day * DAY_MS, "until_ms": (day + 1) * DAY_MS}
        if lists and not database.all("has_list_of_day", room_key=room_key, **span):
            return
        _count(database, StoredRoom(room_key, RoomName("", kind, room_id)), day, batch)
    for name in ("clear_coins_of_hours", "clear_coins_of_day", "clear_contributor_hours", "clear_contributor_days"):
        database.each(name, [values])
    batch.write(database)


def _count(database: Database, room: StoredRoom, day: int, batch: Batch) -> None:
    """Add what was given in a room on a day."""
    until_ms = (day + 1) * DAY_MS - 1
    begin = gains.beginning(database, room, (day * DAY_MS, until_ms), [])
    if begin is not None:
        for step in Walk(database, room, begin, until_ms).steps():
            batch.give(step.at_ms, room.room_key, room.name.kind, step.given)
