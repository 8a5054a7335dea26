"""Compares rooms: whom they share, how sessions went from their starts, and when coins come in."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

import msgspec

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.insight.anchors import RoomAnchor
from rankcrawler.insight.pace import Pace
from rankcrawler.insight.sessions import Sessions
from rankcrawler.insight.shared import InRoom, Shared, SharedRow
from rankcrawler.insight.versus import Versus
from rankcrawler.serve.pages import parameters
from rankcrawler.serve.pages.parameters import Parameters

ROOMS = 12
"""Rooms that can be compared at once."""
SINCE = ("24h", "all", "today", "7d", "30d")
WEEK = 168
"""Hours of the map."""


class CompareQuery(NamedTuple):
    """What is compared."""

    rooms: tuple[str, ...]
    """None for all."""
    anchor: str
    least: int
    """In so many rooms at least."""
    since: str

    @classmethod
    def of(cls, given: Parameters) -> "CompareQuery":
        """As the address says; raises RequestError for what it cannot say."""
        return cls(
            parameters.ids(given, "rooms", ROOMS),
            parameters.text(given, "anchor"),
            parameters.whole(given, "least", 2, 1, 1000) or 2,
            parameters.one_of(given, "since", SINCE),
        )

    @property
    def moment(self) -> str | None:
        """From when on contributors are compared; None for the beginning."""
        return None if self.since == "all" else self.since


class SharedLine(msgspec.Struct, frozen=True):
    """A contributor, and a cell for each column: None where they were not."""

    row: SharedRow
    cells: tuple[InRoom | None, ...]


class Track(msgspec.Struct, frozen=True):
    """A session, so long after its start."""

    name: str
    """What the anchor is called, or the end of the room's id."""
    minutes: tuple[float, ...]
    coins: tuple[int, ...]
    """The sum of the scores in the list."""


class Heat(msgspec.Struct, frozen=True):
    """Coins by day and hour, in the time zone of the page."""

    days: tuple[str, ...]
    """As YYYY-MM-DD."""
    cells: tuple[tuple[int | None, ...], ...]
    """24 for each day; None for an hour without a poll that brought a list."""
    most: int

    def step(self, coins: int | None) -> int:
        """How warm a cell is: 0 without coins, 1 to 5 by their square root."""
        return 0 if not coins else max(1, round(5 * (coins / self.most) ** 0.5))


class Compared(msgspec.Struct, frozen=True):
    """What the page shows."""

    query: CompareQuery
    shared: Shared
    columns: tuple[str, ...]
    """The rooms of the columns: those that were asked about, or those that most of the contributors were in."""
    names: Mapping[str, str]
    """What is written above the columns: whose rooms they are, or the ends of their ids."""
    lines: tuple[SharedLine, ...]
    is_cut: bool
    """Whether contributors were in rooms that have no column."""
    sessions: Sessions | None
    tracks: tuple[Track, ...]
    versus: Versus | None
    """What contributors gave in two rooms; None unless two are compared."""
    heat: Heat


class CompareAnswers(NamedTuple):
    """What was asked of the store for the page."""

    shared: Shared
    sessions: Sessions | None
    versus: Versus | None
    pace: Pace
    whose: Sequence[RoomAnchor]
    """The anchors of rooms."""


def page(query: CompareQuery, found: CompareAnswers, zone: tzinfo) -> Compared:
    """The page."""
    shared, sessions = found.shared, found.sessions
    columns = query.rooms or _commonest(shared)
    lines = tuple(_line(row, columns) for row in shared.rows)
    of_anchor = () if sessions is None else tuple(row.room_id for row in sessions.rows)
    called = names(dict.fromkeys([*columns, *of_anchor]), found.whose)
    return Compared(
        query=query,
        shared=shared,
        columns=columns,
        names=called,
        lines=lines,
        is_cut=not query.rooms and any(line.row.rooms > sum(map(bool, line.cells)) for line in lines),
        sessions=sessions,
        tracks=() if sessions is None else tuple(_tracks(sessions, called)),
        versus=found.versus,
        heat=heat(found.pace, query.rooms or of_anchor, zone),
    )


def heat(pace: Pace, rooms: Sequence[str], zone: tzinfo) -> Heat:
    """The map of the hours of `pace`: of some rooms, or of all."""
    sums: dict[int, int] = {}
    for row in pace.rows:
        if not rooms or row.room_id in rooms:
            for place, coins in enumerate(row.coins):
                if coins is not None:
                    sums[place] = sums.get(place, 0) + coins
    days: dict[str, list[int | None]] = defaultdict(lambda: [None] * 24)
    for place, hour in enumerate(pace.hours):
        there = moments.local(ms(hour.hour_at), zone)
        cells = days[there.date().isoformat()]
        if place in sums:
            cells[there.hour] = (cells[there.hour] or 0) + sums[place]
    while len(days) > 1 and set(days[next(iter(days))]) == {None}:
        del days[next(iter(days))]  # before anything was polled
    most = max((coins or 0 for cells in days.values() for coins in cells), default=0)
    return Heat(tuple(days), tuple(tuple(cells) for cells in days.values()), most)


def _commonest(shared: Shared) -> tuple[str, ...]:
    counts: dict[str, int] = defaultdict(int)
    for row in shared.rows:
        for each in row.in_rooms:
            counts[each.room_id] += 1
    return tuple(sorted(counts, key=lambda room: (-counts[room], room))[:ROOMS])


def _line(row: SharedRow, columns: Sequence[str]) -> SharedLine:
    there = {each.room_id: each for each in row.in_rooms}
    return SharedLine(row, tuple(there.get(room) for room in columns))


def names(rooms: Iterable[str], whose: Sequence[RoomAnchor]) -> dict[str, str]:
    """The anchor of each room, if no other room has one of that name; else the end of the room's id."""
    known = {each.room_id: each.nickname for each in whose}
    found = {room: known.get(room) for room in rooms}
    times = Counter(found.values())
    return {room: name if name and times[name] == 1 else f"…{room[-6:]}" for room, name in found.items()}


def _tracks(sessions: Sessions, called: Mapping[str, str]) -> Sequence[Track]:
    points: dict[str, list[tuple[float, int]]] = {row.room_id: [] for row in sessions.rows}
    for point in sessions.points:
        points.setdefault(point.room_id, []).append((point.elapsed_seconds / 60, point.total_score))
    return [
        Track(called.get(room, room), tuple(minutes for minutes, _ in track), tuple(coins for _, coins in track))
        for room, track in points.items()
        if track
    ]
