"""Contributors who were in several rooms, and whom rooms share."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rankcrawler.clock import iso
from rankcrawler.insight import sureness
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.given import rooms_of
from rankcrawler.insight.ground import END_MS, Choice, Ground, Moment, stored_room
from rankcrawler.store import places
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.room import ListPlace
from rankcrawler.store.tally import Scores, Shown


class InRoom(msgspec.Struct, frozen=True):
    """A contributor in one room."""

    room_id: str
    since_at: str
    """The first list with the contributor in it, of the times in the room that the question is about."""
    until_at: str
    """The last one."""
    is_there: bool
    """Whether the contributor is in the room's last list that counts, and the broadcast goes on."""
    score: int | None
    """Coins in the last list, or the highest ones before, of a time that is over; None if they are not known."""


class SharedRow(msgspec.Struct, frozen=True):
    """A contributor in several rooms."""

    source: str
    user_id: str
    nickname: str | None
    display_id: str | None
    rooms: int
    """How many."""
    coins: int
    """The sum of the scores in them: what was given in these sessions, at least."""
    in_rooms: tuple[InRoom, ...]
    """In the order of the rooms that were asked about, or of their ids."""


class RoomShare(msgspec.Struct, frozen=True):
    """How many contributors of a room are in others."""

    source: str
    room_id: str
    contributors: int
    """Who ever were in its lists in that time."""
    shared: int
    """Of these, those who were in as many rooms as was asked for."""


class Shared(Answer, frozen=True, kw_only=True):
    """Contributors who were in the lists of at least so many rooms, those of most rooms and coins first."""

    kind: str
    least: int
    """Rooms."""
    compared: tuple[RoomShare, ...]
    """The rooms that were compared; empty if all rooms at all times were."""
    rows: tuple[SharedRow, ...]


class _Presence(NamedTuple):
    """A contributor's times in a room: a record of insight_presence."""

    room_key: int
    user_key: int
    since_ms: int
    until_ms: int
    is_open: int
    last_score: int | None


class _Last(NamedTuple):
    """A room's last list that counts."""

    is_over: bool
    scores: Scores


def shared(
    ground: Ground,
    rooms: Sequence[str],
    least: int | None,
    choice: Choice,
    since: Moment | None,
    until: Moment | None,
    limit: int,
) -> Shared:
    """Contributors who were in at least `least` of these rooms (all), or of all rooms (two) in a time."""
    since_ms, until_ms = ground.span(since, until)
    values = choice.values()
    if rooms or since_ms or until_ms != END_MS:
        stored = rooms_of(ground, rooms, choice) if rooms else _polled(ground, values, since_ms, until_ms)
        enough = least or (len(stored) if rooms else 2)
        found = _presence(ground, stored, since_ms, until_ms)
        compared = tuple(_shares(stored, found, enough))
    else:
        enough = least or 2
        counted = ground.database.all("insight_in_most_rooms", **values, least=enough, limit=limit)
        stored, found = _of_users(ground, choice, [user for user, _ in counted])
        compared = ()
    users = {user: each for user, each in found.items() if len(each) >= enough}
    return Shared(
        kind=choice.kind,
        least=enough,
        compared=compared,
        rows=tuple(_rows(ground, stored, users, limit)),
        sure=_sure(ground, stored if rooms else (), since_ms, until_ms),
    )


_Found = dict[int, dict[int, _Presence]]
"""By contributor, and then by room."""


def _polled(ground: Ground, values: dict[str, str], since_ms: int, until_ms: int) -> list[StoredRoom]:
    found = ground.database.all("insight_rooms_polled", **values, since_ms=since_ms, until_ms=until_ms)
    return [stored_room(each) for each in found]


def _presence(ground: Ground, rooms: Sequence[StoredRoom], since_ms: int, until_ms: int) -> _Found:
    found: _Found = defaultdict(dict)
    wanted = [(room.room_key, since_ms, until_ms) for room in rooms]
    for each in map(_Presence._make, ground.database.find("insight_presence", wanted)):
        found[each.user_key][each.room_key] = each
    return found


def _of_users(ground: Ground, choice: Choice, users: Sequence[int]) -> tuple[list[StoredRoom], _Found]:
    """The rooms in which contributors ever were, and their times there."""
    found = ground.database.find("insight_rooms_of", [(user,) for user in users])
    rooms = {record[1]: stored_room(record[1:]) for record in found}
    of_kind = [
        room
        for _, room in sorted(rooms.items())
        if room.name.kind == choice.kind and choice.source in (None, room.name.source)
    ]
    presence = _presence(ground, of_kind, 0, END_MS)
    return of_kind, {user: presence[user] for user in users if user in presence}


def _shares(rooms: Sequence[StoredRoom], found: _Found, least: int) -> Sequence[RoomShare]:
    there: dict[int, list[int]] = defaultdict(list)
    for each in found.values():
        for room_key in each:
            there[room_key].append(len(each))
    return [
        RoomShare(
            room.name.source,
            room.name.room_id,
            len(there[room.room_key]),
            sum(number >= least for number in there[room.room_key]),
        )
        for room in rooms
    ]


def _rows(ground: Ground, rooms: Sequence[StoredRoom], users: _Found, limit: int) -> list[SharedRow]:
    """Those in most rooms first, and then by coins; these are looked up for as many as can be among the first."""
    fewest = sorted((len(there) for there in users.values()), reverse=True)[:limit][-1:]
    among = {user: there for user, there in users.items() if fewest and len(there) >= fewest[0]}
    seen = {room for there in among.values() for room in there}
    order = {room.room_key: place for place, room in enumerate(rooms)}
    last = _last_lists(ground, [room for room in rooms if room.room_key in seen])
    coins = {
        user: sum(_score(each, last[room], user) or 0 for room, each in there.items()) for user, there in among.items()
    }
    known = ground.users(among)
    first = sorted(
        among, key=lambda user: (-len(among[user]), -coins[user], known[user][0].user_id, known[user][0].source)
    )
    rows = []
    for user in first[:limit]:
        there = sorted(among[user].items(), key=lambda each: order[each[0]])
        in_rooms = [_in_room(rooms[order[room]].name.room_id, each, last[room], user) for room, each in there]
        who = msgspec.structs.asdict(known[user][0])
        rows.append(SharedRow(**who, rooms=len(there), coins=coins[user], in_rooms=tuple(in_rooms)))
    return rows


def _in_room(room_id: str, there: _Presence, last: _Last, user: int) -> InRoom:
    is_there = bool(there.is_open) and not last.is_over
    return InRoom(room_id, iso(there.since_ms), iso(there.until_ms), is_there, _score(there, last, user))


def _score(there: _Presence, last: _Last, user: int) -> int | None:
    now = last.scores.get(user) if there.is_open else None
    return max((each for each in (there.last_score, now) if each is not None), default=None)


def _last_lists(ground: Ground, rooms: Sequence[StoredRoom]) -> dict[int, _Last]:
    """The last list of each room that counts; without scores if it was purged, or rows are missing."""
    found = ground.database.find("insight_last_lists", [(room.room_key,) for room in rooms])
    last = {room_key: None if place[0] is None else ListPlace(*place) for room_key, _, *place in found}
    lists = {room_key: rows or [] for room_key, rows in places.read_all(ground.database, last).items()}
    return {
        room_key: _Last(ended_ms is not None, Shown(lists[room_key], len(lists[room_key]) + 1).scores)
        for room_key, ended_ms, *_ in found
    }


def _sure(ground: Ground, rooms: Sequence[StoredRoom], since_ms: int, until_ms: int) -> Sure:
    if not rooms:
        return Sure(coins="at_least", purged_before=ground.purged_before(since_ms))
    return sureness.together(
        sureness.of_room(
            ground, room, sureness.polls_of(ground, room, since_ms, until_ms), since_ms, until_ms, is_exact=False
        )
        for room in rooms
    )
