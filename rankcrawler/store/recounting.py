"""Counts the coins of a gateway's day again, from the lists of its rooms."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rankcrawler.model.targets import RoomName
from rankcrawler.store import gains
from rankcrawler.store.batch import Batch
from rankcrawler.store.database import Database, Record
from rankcrawler.store.days import DAY_MS, hour_of
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.tally import MOST
from rankcrawler.store.values import restored
from rankcrawler.store.walk import Step, Walk

_Sums = dict[tuple[Any, ...], int]
"""Coins by room and hour, or by contributor and kind of list."""


def recount(database: Database, source_key: int, day: int) -> None:
    """Set the sums of a day (since 1970) to what the lists show; leaves them as they are if the day was purged."""
    batch, values = Batch(), _values(source_key, day)
    for room_key, kind, room_id, lists, _ in map(restored, database.all("rooms_of_day", **values)):
        if lists and _is_purged(database, room_key, day):
            return
        room = StoredRoom(room_key, RoomName("", kind, room_id))
        for step in _steps(database, room, day):
            batch.give(step.at_ms, room_key, kind, step.given)
    for name in ("clear_coins_of_hours", "clear_coins_of_day", "clear_contributor_hours", "clear_contributor_days"):
        database.each(name, [values])
    batch.write(database)


def differing(database: Database) -> Iterator[tuple[int, int]]:
    """The gateways and days whose sums of coins are not those that the lists show; without days that were purged,
    and those that had lists of which rows are lost, or from before version 6.
    """
    for source_key, day in database.all("days_with_sums"):
        if _differs(database, source_key, day):
            yield source_key, day


def _differs(database: Database, source_key: int, day: int) -> bool:
    values = _values(source_key, day)
    of_rooms: _Sums = defaultdict(int)
    of_contributors: _Sums = defaultdict(int)
    for room_key, kind, room_id, lists, first_ms in map(restored, database.all("rooms_of_day", **values)):
        room = StoredRoom(room_key, RoomName("", kind, room_id))
        if lists and not _can_be_told(database, room, first_ms, day):
            return False
        for step in _steps(database, room, day):
            for user, (coins, _) in step.given.items():
                of_rooms[hour_of(step.at_ms), room_key] += coins
                of_contributors[kind, user] += coins
    rooms, contributors = (database.all(name, **values) for name in ("coins_of_rooms", "coins_of_contributors"))
    return _added(rooms) != _told(of_rooms) or _added(contributors) != _told(of_contributors)


def _added(records: Iterable[Record]) -> _Sums:
    """Sums as they were added up while writing; two values are the key."""
    return _told({record[:2]: record[2] for record in records})


def _told(sums: _Sums) -> _Sums:
    """The sums of something, and of no more than sums can hold."""
    return {key: coins for key, coins in sums.items() if 0 < coins < MOST}


def _is_purged(database: Database, room_key: int, day: int) -> bool:
    span = {"since_ms": day * DAY_MS, "until_ms": (day + 1) * DAY_MS}
    return not database.all("has_list_of_day", room_key=room_key, **span)


def _can_be_told(database: Database, room: StoredRoom, first_ms: int, day: int) -> bool:
    """Whether a room's lists of a day tell what was given: none is lost, and one before is there, unless it is new."""
    since_ms, until_ms = day * DAY_MS, (day + 1) * DAY_MS
    doubtful = {"since_ms": since_ms - DAY_MS, "until_ms": until_ms}
    if _is_purged(database, room.room_key, day) or database.all("is_in_doubt", room_key=room.room_key, **doubtful):
        return False
    begin = gains.beginning(database, room, (since_ms - 1, until_ms - 1), [])
    return begin is None or begin.at_ms < since_ms or first_ms >= since_ms


def _steps(database: Database, room: StoredRoom, day: int) -> Sequence[Step]:
    """The lists of a day that count, one at midnight among them."""
    until_ms = (day + 1) * DAY_MS - 1
    begin = gains.beginning(database, room, (day * DAY_MS - 1, until_ms), [])
    return () if begin is None else Walk(database, room, begin, until_ms).steps


def _values(source_key: int, day: int) -> dict[str, int]:
    return {"day": day, "first": day * 24, "end": (day + 1) * 24, "source_key": source_key}
