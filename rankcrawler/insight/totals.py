"""What a room's last list that counts comes to, who is first in it, and whose room it is: of many rooms at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from rankcrawler.insight.answers import Answer, Contributor, Sure
from rankcrawler.insight.given import rooms_of
from rankcrawler.insight.ground import Choice, Ground
from rankcrawler.store.known_lists import KnownList
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.room import ListPlace
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


class LastList(NamedTuple):
    """A room's last list that counts."""

    is_over: bool
    """Whether the broadcast is."""
    rows: KnownList | None
    """None if there is no such list, or if rows of it are lost."""


def totals(ground: Ground, rooms: Sequence[str], choice: Choice) -> Totals:
    """Of these rooms; raises NotInStore for the first that was never polled."""
    stored = rooms_of(ground, rooms, choice)
    lists = {room_key: each.rows for room_key, each in last_lists(ground, stored).items()}
    best = [each.best for each in lists.values() if each is not None]
    known = ground.users(each[0] for each in best if each is not None and each[0])
    whose = _whose(ground, stored)
    summed = [
        msgspec.structs.replace(_row(room, lists.get(room.room_key), known), **whose.get(room.room_key, {}))
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


def last_lists(ground: Ground, rooms: Iterable[StoredRoom]) -> Mapping[int, LastList]:
    """The last lists of rooms, by the rooms' keys."""
    found = ground.database.find("insight_last_lists", [(room.room_key,) for room in rooms])
    last = {room_key: None if place[0] is None else ListPlace(*place) for room_key, _, *place in found}
    lists = ground.known.read(ground.database, last)
    return {room_key: LastList(over_ms is not None, lists[room_key]) for room_key, over_ms, *_ in found}


def _row(room: StoredRoom, found: KnownList | None, known: Mapping[int, tuple[Contributor, int]]) -> TotalRow:
    name = room.name.source, room.name.room_id
    if found is None:
        return TotalRow(*name, contributors=None, total_score=None, first_score=None, first=None)
    user, score = found.best or (None, None)
    if user is None:
        return TotalRow(*name, contributors=len(found), total_score=found.coins, first_score=None, first=None)
    first = known[user][0]
    return TotalRow(*name, contributors=len(found), total_score=found.coins, first_score=score, first=first)
