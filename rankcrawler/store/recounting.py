"""Counts the coins of a gateway's day again, from the lists of its rooms."""

from collections import defaultdict

from rankcrawler.model.targets import RoomName
from rankcrawler.store import gains
from rankcrawler.store.database import Database
from rankcrawler.store.days import DAY_MS
from rankcrawler.store.increments import MOST
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.text import encoded
from rankcrawler.store.values import restored


def recount(database: Database, source_key: int, day: int) -> None:
    """Set the sums of a day (since 1970) to what the lists show; leaves them as they are if the day was purged."""
    coins: defaultdict[tuple[str, str], int] = defaultdict(int)
    rooms: list[tuple[int, int]] = []
    for room_key, kind, room_id, lists in map(restored, database.all("rooms_of_day", day=day, source_key=source_key)):
        room = StoredRoom(room_key, RoomName("", kind, room_id))
        found = gains.between(database, room, (day * DAY_MS, (day + 1) * DAY_MS - 1), [])
        if lists and (found.until is None or not database.all("has_list_of_day", room_key=room_key, **_span(day))):
            return
        for gain in found.gains:
            coins[kind, gain.user_id] += gain.coins
        rooms.append((room_key, sum(gain.coins for gain in found.gains)))
    for room_key, given in rooms:
        database.each("recount_room", [{"day": day, "room_key": room_key, "coins": min(given, MOST)}])
    database.each("clear_contributor_days", [{"day": day, "source_key": source_key}])
    database.bulk(
        "recount_contributors",
        [
            (day, kind, encoded(user_id), source_key, min(given, MOST))
            for (kind, user_id), given in sorted(coins.items())
            if given
        ],
    )


def _span(day: int) -> dict[str, int]:
    return {"since_ms": day * DAY_MS, "until_ms": (day + 1) * DAY_MS}
