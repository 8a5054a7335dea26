"""Contributors who were in several rooms, and whom rooms share."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import msgspec

from rankcrawler.clock import iso
from rankcrawler.insight import sureness
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.given import rooms_of
from rankcrawler.insight.ground import END_MS, Choice, Ground, Moment, stored_room
from rankcrawler.insight.totals import last_lists
from rankcrawler.store.database import Record
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.shown import Scores

_ROOM, _USER = itemgetter(0), itemgetter(1)


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
    """A contributor's times in a room: a record of insight_presence_of."""

    room_key: int
    user_key: int
    since_ms: int
    until_ms: int
    is_open: int
    last_score: int | None


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
        there = _in_rooms(ground, stored, since_ms, until_ms)
        times = Counter(map(_USER, there))
        compared = tuple(_shares(stored, there, times, enough))
    else:
        enough = least or 2
        counted = ground.database.all("insight_in_most_rooms", **values, least=enough, limit=limit)
        stored, there = _of_users(ground, choice, {user for user, _ in counted})
        times, compared = Counter(map(_USER, there)), ()
    return Shared(
        kind=choice.kind,
        least=enough,
        compared=compared,
        rows=tuple(_rows(ground, stored, _among(there, times, enough, limit), (since_ms, until_ms), limit)),
        sure=_sure(ground, stored if rooms else (), since_ms, until_ms),
    )


def _polled(ground: Ground, values: dict[str, str], since_ms: int, until_ms: int) -> list[StoredRoom]:
    found = ground.database.all("insight_rooms_polled", **values, since_ms=since_ms, until_ms=until_ms)
    return [stored_room(each) for each in found]


def _in_rooms(ground: Ground, rooms: Sequence[StoredRoom], since_ms: int, until_ms: int) -> Sequence[Record]:
    """The keys of each room and of everyone who was in it."""
    found = ground.database.find("insight_in_rooms", [(room.room_key, since_ms, until_ms) for room in rooms])
    return [*dict.fromkeys(found)]  # some came more than once


def _of_users(ground: Ground, choice: Choice, users: Collection[int]) -> tuple[list[StoredRoom], Sequence[Record]]:
    """The rooms in which contributors ever were, and the keys of each and of those who were in it."""
    found = ground.database.find("insight_rooms_of", [(user,) for user in users])
    rooms = {record[1]: stored_room(record[1:]) for record in found}
    of_kind = [
        room
        for _, room in sorted(rooms.items())
        if room.name.kind == choice.kind and choice.source in (None, room.name.source)
    ]
    return of_kind, [each for each in _in_rooms(ground, of_kind, 0, END_MS) if each[1] in users]


def _shares(
    rooms: Sequence[StoredRoom], there: Sequence[Record], times: Counter[int], least: int
) -> Iterator[RoomShare]:
    contributors = Counter(map(_ROOM, there))
    shared = Counter([each[0] for each in there if times[each[1]] >= least])
    for room in rooms:
        key = room.room_key
        yield RoomShare(room.name.source, room.name.room_id, contributors[key], shared[key])


def _among(there: Sequence[Record], times: Counter[int], least: int, limit: int) -> list[Record]:
    """Of the keys of rooms and contributors those of contributors who can be among the first, by rooms."""
    fewest = max(min((number for _, number in times.most_common(limit)), default=least), least)
    return [each for each in there if times[each[1]] >= fewest]


def _rows(
    ground: Ground, rooms: Sequence[StoredRoom], there: Sequence[Record], span: tuple[int, int], limit: int
) -> Iterator[SharedRow]:
    """Those in most rooms first, and then by coins, given the keys of rooms and of those who can be among the first."""
    among: defaultdict[int, list[_Presence]] = defaultdict(list)
    for each in map(_Presence._make, ground.database.find("insight_presence_of", [each + span for each in there])):
        among[each.user_key].append(each)
    seen = {each.room_key for times_there in among.values() for each in times_there}
    last = last_lists(ground, [room for room in rooms if room.room_key in seen])
    scores = {key: {} if each.rows is None else each.rows.scores() for key, each in last.items()}
    order = {room.room_key: place for place, room in enumerate(rooms)}
    known = ground.users(among)
    listed = []
    for user, times_there in among.items():
        times_there.sort(key=lambda each: order[each.room_key])
        own = [_score(each, scores[each.room_key]) for each in times_there]
        who = known[user][0]
        listed.append((-len(own), -sum(score or 0 for score in own), who.user_id, who.source, user, own))
    at = cache(iso)  # many came and went with the same list
    for _, coins, *_, user, own in sorted(listed)[:limit]:
        in_rooms = [
            _in_room(rooms[order[each.room_key]].name.room_id, each, last[each.room_key].is_over, score, at)
            for each, score in zip(among[user], own, strict=True)
        ]
        named = msgspec.structs.asdict(known[user][0])
        yield SharedRow(**named, rooms=len(own), coins=-coins, in_rooms=tuple(in_rooms))


def _in_room(room_id: str, there: _Presence, is_over: bool, score: int | None, at: Callable[[int], str]) -> InRoom:
    return InRoom(room_id, at(there.since_ms), at(there.until_ms), bool(there.is_open) and not is_over, score)


def _score(there: _Presence, scores: Scores) -> int | None:
    now = scores.get(there.user_key) if there.is_open else None
    return max((each for each in (there.last_score, now) if each is not None), default=None)


def _sure(ground: Ground, rooms: Sequence[StoredRoom], since_ms: int, until_ms: int) -> Sure:
    if not rooms:
        return Sure(coins="at_least", purged_before=ground.purged_before(since_ms))
    return sureness.together(
        sureness.of_room(
            ground, room, sureness.polls_of(ground, room, since_ms, until_ms), since_ms, until_ms, is_exact=False
        )
        for room in rooms
    )
