"""What a room's last list that counts comes to, who is first in it, and whose room it is: of many rooms at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rankcrawler.insight.answers import Answer, Contributor, Sure
from rankcrawler.insight.given import rooms_of
from rankcrawler.insight.ground import Choice, Ground, ListSum
from rankcrawler.store import places
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.room import ListPlace
from rankcrawler.store.tally import Place
from rankcrawler.store.values import restored


class TotalRow(msgspec.Struct, frozen=True):
    """A room's last list that counts."""

    source: str
    room_id: str
    contributors: int | None
    """In the list; None if there is no such list, or if rows of it are lost."""
    total_score: int | None
    """The sum of all scores in it, in coins: what these contributors have given in this session, at least."""
    first_score: int | None
    """The highest score."""
    first: Contributor | None
    """Whose it is; None in a list without scores."""
    anchor: str | None = None
    """Who is followed and was found live there, as in `scrapy anchors`; without one the next two are None, too."""
    nickname: str | None = None
    """What the anchor was called."""
    title: str | None = None
    """What the session was called."""


class Totals(Answer, frozen=True, kw_only=True):
    """Rooms, in the order in which they were asked about."""

    kind: str
    rows: tuple[TotalRow, ...]


_KEPT = 10_000
"""Lists whose sums are kept."""


def totals(ground: Ground, rooms: Sequence[str], choice: Choice) -> Totals:
    """Of these rooms; raises NotInStore for the first that was never polled."""
    stored = rooms_of(ground, rooms, choice)
    sums = _sums(ground, stored)
    known = ground.users(each.best.user_key for each in sums.values() if each and each.best and each.best.user_key)
    whose = _whose(ground, stored)
    summed = [
        msgspec.structs.replace(_row(room, sums.get(room.room_key), known), **whose.get(room.room_key, {}))
        for room in stored
    ]
    return Totals(kind=choice.kind, rows=tuple(summed), sure=Sure(coins="at_least"))


def _whose(ground: Ground, rooms: Sequence[StoredRoom]) -> dict[int, dict[str, Any]]:
    """The anchors that were found live in rooms: of each room the latest."""
    records = ground.database.find("insight_sessions_in", [(room.room_key,) for room in rooms])
    names = "anchor", "title", "nickname"
    return {
        room_key: dict(zip(names, restored(found), strict=True))
        for room_key, _, *found in sorted(records, key=lambda record: record[1])
    }


def _sums(ground: Ground, rooms: Sequence[StoredRoom]) -> dict[int, ListSum | None]:
    """What the last lists of rooms come to; lists that were summed up before are not read again."""
    found = ground.database.find("insight_last_lists", [(room.room_key,) for room in rooms])
    last = {room_key: None if place[0] is None else ListPlace(*place) for room_key, _, *place in found}
    new = {room_key: place for room_key, place in last.items() if place not in ground.sums}
    if len(ground.sums) > _KEPT:
        ground.sums.clear()
        new = last
    for room_key, rows in places.read_all(ground.database, new).items():
        place = last[room_key]
        if place is not None and rows is not None:
            ground.sums[place] = ListSum(len(rows), sum(map(_score, rows)), max(rows, key=_score, default=None))
    return {room_key: None if place is None else ground.sums.get(place) for room_key, place in last.items()}


def _row(room: StoredRoom, found: ListSum | None, known: Mapping[int, tuple[Contributor, int]]) -> TotalRow:
    name = room.name.source, room.name.room_id
    if found is None:
        return TotalRow(*name, contributors=None, total_score=None, first_score=None, first=None)
    rows, total, best = found
    if best is None or best.user_key is None or not best.score:
        return TotalRow(*name, contributors=rows, total_score=total, first_score=None, first=None)
    return TotalRow(*name, contributors=rows, total_score=total, first_score=best.score, first=known[best.user_key][0])


def _score(row: Place) -> int:
    return row.score or 0
