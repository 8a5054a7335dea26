"""The wall: every room with its freshness, audience and coins."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from rankcrawler.insight.pace import Pace
from rankcrawler.insight.rooms import RoomRow, Rooms
from rankcrawler.insight.totals import TotalRow, Totals
from rankcrawler.serve.pages import parameters, spark
from rankcrawler.serve.pages.parameters import Parameters
from rankcrawler.serve.pages.spark import Spark

PAGE = 100
"""Rooms on one page."""
ANCHORS = 50
"""Anchors that are listed, at most."""
HOURS = 12
"""Hours of the curve."""
_SETTLED = 600
"""Seconds after which an hour says enough about its pace."""

State = Literal["live", "stale", "failed", "withheld", "once", "ended"]
STATES: tuple[State, ...] = ("live", "stale", "failed", "withheld", "once", "ended")
SHOWN = ("on", "all", *STATES)
SORTS = ("pace", "hour", "total", "audience", "age", "room")
Key = tuple[str, str]
"""A room: its source and id."""


class WallQuery(NamedTuple):
    """Which rooms are shown, and in which order."""

    search: str
    """A part of a room's or an anchor's id, or of what the anchor or the broadcast is called."""
    state: str
    """One of SHOWN: `on` for all but those that have ended."""
    sort: str
    order: str
    page: int

    @classmethod
    def of(cls, given: Parameters) -> "WallQuery":
        """As the address says; raises RequestError for what it cannot say."""
        sort = parameters.one_of(given, "sort", SORTS)
        orders = ("asc", "desc") if sort in ("age", "room") else ("desc", "asc")
        return cls(
            parameters.text(given, "q"),
            parameters.one_of(given, "state", SHOWN),
            sort,
            parameters.one_of(given, "order", orders),
            parameters.whole(given, "page", 1, 1, 1_000_000) or 1,
        )


class WallRow(msgspec.Struct, frozen=True):
    """A room on the wall."""

    room: RoomRow
    state: State
    pace: float | None
    """Coins a minute of late, at least; None if that was not polled."""
    change: float | None
    """By how much that is more than in the hour before, as a share of it; None if either is not known, or 0."""
    hour: int | None
    """Coins of the hour that it is, at least."""
    coins: tuple[int | None, ...]
    """Of the last hours; empty for a room that was not polled in them."""
    total: TotalRow | None
    """None for a room that is not on this page."""

    @property
    def curve(self) -> Spark | None:
        """Coins of the last hours; None for a room that was not polled in them."""
        return spark.columns(self.coins)


class Wall(msgspec.Struct, frozen=True):
    """What the page shows."""

    query: WallQuery
    rows: tuple[WallRow, ...]
    found: int
    """Rooms that were found, on all pages."""
    counts: Mapping[str, int]
    """How many rooms are in each state, and in `on` and `all`."""
    pages: int
    has_sources: bool
    """Whether the rooms are of several gateways."""
    pace: float
    """Coins a minute of all rooms together, at least."""
    hour: int
    """Coins of all rooms in the hour that it is, at least."""
    hour_at: str
    """When the hour began that it is."""
    pace_at: str
    """Since when the pace is the average: the beginning of this hour or, early in it, of the hour before."""


def chosen(rooms: Rooms, pace: Pace, query: WallQuery, names: Mapping[Key, str] | None = None) -> list[WallRow]:
    """The rooms that are wanted, without their totals, in order, unless they are sorted by these.

    `names` are what else rooms are found by.
    """
    names = names or {}
    coins = {(row.source, row.room_id): row.coins for row in pace.rows}
    rows = [_row(room, coins.get((room.source, room.room_id), ()), pace.elapsed_seconds) for room in rooms.rows]
    return _sorted([row for row in rows if _is_wanted(row, query, names.get(_key(row), ""))], query)


def on_page(rows: Sequence[WallRow], query: WallQuery) -> Sequence[WallRow]:
    """Those whose totals must be asked for: all, if they are sorted by them."""
    return rows if query.sort == "total" else rows[(query.page - 1) * PAGE : query.page * PAGE]


def wall(rooms: Rooms, pace: Pace, rows: Sequence[WallRow], totals: Totals, query: WallQuery) -> Wall:
    """The page of `chosen` rows."""
    known = {(row.source, row.room_id): row for row in totals.rows}
    shown = [_with_total(row, known.get(_key(row))) for row in on_page(rows, query)]
    if query.sort == "total":
        shown = _sorted(shown, query)[(query.page - 1) * PAGE : query.page * PAGE]
    counts: Counter[str] = Counter(state_of(room) for room in rooms.rows)
    counts["all"] = len(rooms.rows)
    counts["on"] = counts["all"] - counts["ended"]
    return Wall(
        query=query,
        rows=tuple(shown),
        found=len(rows),
        counts=counts,
        pages=-(-len(rows) // PAGE),
        has_sources=len({room.source for room in rooms.rows}) > 1,
        pace=rate([hour.coins for hour in pace.hours], pace.elapsed_seconds) or 0,
        hour=pace.hours[-1].coins,
        hour_at=pace.hours[-1].hour_at,
        pace_at=pace.hours[-1 if pace.elapsed_seconds >= _SETTLED else max(-2, -len(pace.hours))].hour_at,
    )


def state_of(room: RoomRow) -> State:
    """What there is to know first about a room."""
    if room.ended_at is not None:
        return "ended"
    if room.last_outcome == "failed":
        return "failed"
    if room.is_stale:
        return "stale"
    if room.last_outcome == "withheld":
        return "withheld"
    return "live" if room.every is not None else "once"


def rate(coins: Sequence[int | None], elapsed: float) -> float | None:
    """Coins a minute: of the last hour of `coins`, of which `elapsed` seconds are over, or of it and the one before."""
    if not coins:
        return None
    if elapsed >= _SETTLED:
        return None if coins[-1] is None else coins[-1] / elapsed * 60
    late = [each for each in coins[-2:] if each is not None]
    return sum(late) / ((len(late) - 1) * 3600 + elapsed) * 60 if late and coins[-1] is not None and elapsed else None


def _row(room: RoomRow, coins: Sequence[int | None], elapsed: float) -> WallRow:
    if room.every is None:  # its one list shows no coins
        coins = ()
    pace = rate(coins, elapsed)
    before = coins[-2] if len(coins) > 1 else None
    change = None if pace is None or not before else pace / (before / 60) - 1
    hour = coins[-1] if coins else None
    return WallRow(room, state_of(room), pace, change, hour, tuple(coins), None)


def _with_total(row: WallRow, total: TotalRow | None) -> WallRow:
    """The row with its room's total; 0 in a time without a list that counts is not known."""
    is_hidden = row.room.last_outcome == "withheld" or total is None or total.total_score is None
    if is_hidden:
        return msgspec.structs.replace(row, total=total, pace=row.pace or None, hour=row.hour or None)
    return msgspec.structs.replace(row, total=total)


def _is_wanted(row: WallRow, query: WallQuery, name: str) -> bool:
    is_in_state = {"all": True, "on": row.state != "ended"}.get(query.state, row.state == query.state)
    names = f"{row.room.room_id}\n{row.room.anchor_id or ''}\n{row.room.source}\n{name}"
    return is_in_state and query.search.casefold() in names.casefold()


def _sorted(rows: Sequence[WallRow], query: WallQuery) -> list[WallRow]:
    """In the order of the query; what is not known comes last in either."""
    value = _VALUES[query.sort]
    known = [row for row in rows if value(row) is not None]
    unknown = [row for row in rows if value(row) is None]
    known.sort(key=value, reverse=query.order == "desc")
    return known + unknown


_VALUES: dict[str, Callable[[WallRow], Any]] = {
    "pace": lambda row: row.pace,
    "hour": lambda row: row.hour,
    "total": lambda row: None if row.total is None else row.total.total_score,
    "audience": lambda row: row.room.audience,
    "age": lambda row: row.room.age_seconds,
    "room": lambda row: row.room.room_id.zfill(20),
}
"""What each of SORTS goes by."""


def _key(row: WallRow) -> Key:
    return row.room.source, row.room.room_id
