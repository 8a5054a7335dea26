"""A contributor: rooms, hours, coins, names and levels."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from rankcrawler import moments
from rankcrawler.clock import iso, ms
from rankcrawler.insight.people import Found, Person, StayRow
from rankcrawler.insight.top import Top
from rankcrawler.insight.totals import TotalRow, Totals
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.serve.pages import parameters
from rankcrawler.serve.pages.parameters import Parameters

ROOMS = 100
"""Rooms of a contributor that are listed, at most."""
TIMES = ("today", "1h", "24h", "7d", "30d")
"""Of the list of those who gave most."""
GIVERS = 100
_HOUR = 3_600_000
_MOST = 24 * 30
"""Hours that are drawn, at most."""


class PeopleQuery(NamedTuple):
    """Whom the list of contributors shows."""

    search: str
    since: str

    @classmethod
    def of(cls, given: Parameters) -> "PeopleQuery":
        """As the address says; raises RequestError for what it cannot say."""
        return cls(parameters.text(given, "q"), parameters.one_of(given, "since", TIMES))

    def moment(self, now_ms: int) -> str:
        """From when on, on the hour: whole hours of all rooms are summed up already."""
        if self.since == "today":
            return self.since
        return iso((now_ms - moments.duration(self.since)) // _HOUR * _HOUR)


class People(msgspec.Struct, frozen=True):
    """What the list of contributors shows: those who were searched for, or those who gave most."""

    query: PeopleQuery
    found: Found | None
    top: Top | None


class PersonRoom(msgspec.Struct, frozen=True):
    """A contributor's times in one room, together."""

    room_id: str
    nickname: str | None
    """What the room's anchor is called."""
    anchor_id: str | None
    since_at: str
    until_at: str
    is_there: bool
    """Whether they are in its last list."""
    hours: float
    """Between the first list and the last of each time, together."""
    score: int | None
    """Coins in the last list; None if they were withheld or purged."""
    share: float | None
    """Of all scores in the room's last list, 0 to 1; None if it has none, or the contributor is not in it."""


class Level(msgspec.Struct, frozen=True):
    """What a list says of a contributor's spending."""

    room_id: str
    seen_at: str
    pay_grade_level: int | None
    lifetime_diamonds_min: int | None
    lifetime_diamonds_max: int | None
    fans_club_level: int | None


class PersonPage(msgspec.Struct, frozen=True):
    """What the page shows."""

    person: Person
    rooms: tuple[PersonRoom, ...]
    level: Level | None
    """As the last list says; None if that cannot be read."""
    hours_in_lists: float
    times: tuple[int, ...]
    """Hours in which something was given, in ms since 1970, without holes between the first and the last."""
    coins: tuple[int | None, ...]
    """Given in each of them; None for an hour in which nothing was seen of the contributor."""


def rooms_of(person: Person) -> tuple[str, ...]:
    """The latest rooms that the page lists."""
    return tuple(dict.fromkeys(stay.room_id for stay in person.rows if stay.kind == RANKLIST.name))[:ROOMS]


def page(person: Person, totals: Totals, level: Level | None) -> PersonPage:
    """The page of a contributor, with the totals of their rooms."""
    known = {row.room_id: row for row in totals.rows}
    stays: dict[str, list[StayRow]] = defaultdict(list)
    for stay in person.rows:
        if stay.kind == RANKLIST.name:
            stays[stay.room_id].append(stay)
    rooms = tuple(_room(name, stays[name], known) for name in rooms_of(person))
    given = {ms(hour.hour_at): hour.coins for hour in person.hours if hour.kind == RANKLIST.name}
    times = _hours(given)
    return PersonPage(
        person=person,
        rooms=rooms,
        level=level,
        hours_in_lists=sum(room.hours for room in rooms),
        times=times,
        coins=tuple(given.get(time) for time in times),
    )


def _hours(given: Mapping[int, int]) -> tuple[int, ...]:
    """Every hour from the first with coins to the last, at most a month of them."""
    if not given:
        return ()
    last = max(given)
    return tuple(range(max(min(given), last - _MOST * _HOUR), last + 1, _HOUR))


def _room(room_id: str, stays: Sequence[StayRow], totals: Mapping[str, TotalRow]) -> PersonRoom:
    latest = max(stays, key=lambda stay: stay.until_at)
    hours = sum((ms(stay.until_at) - ms(stay.since_at)) / _HOUR for stay in stays)
    is_there = not latest.is_over
    total = totals[room_id].total_score if room_id in totals else None
    share = latest.last_score / total if is_there and total and latest.last_score is not None else None
    return PersonRoom(
        room_id,
        totals[room_id].nickname if room_id in totals else None,
        latest.anchor_id,
        min(stay.since_at for stay in stays),
        latest.until_at,
        is_there,
        hours,
        latest.last_score,
        share,
    )
