"""A room: its list now or at a moment, who moved, how it went, and how it was polled."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from rankcrawler import moments
from rankcrawler.clock import iso, ms
from rankcrawler.insight.course import Course
from rankcrawler.insight.current import CurrentList, LeftRow, ListRow
from rankcrawler.insight.room_gains import RoomGains
from rankcrawler.insight.rooms import Coverage, Failures, RoomRow
from rankcrawler.insight.stays import RoomStay, Stays
from rankcrawler.insight.totals import TotalRow
from rankcrawler.serve.pages import curves, flags, parameters
from rankcrawler.serve.pages.curves import Curves
from rankcrawler.serve.pages.flags import Flag
from rankcrawler.serve.pages.parameters import Parameters
from rankcrawler.serve.pages.wall import State, state_of
from rankcrawler.store.answers import PollRecord

SINCE = ("5min", "1min", "15min", "1h", "3h", "start")
"""What the list is compared with: the first is the default; `start` is the room's first list."""
SPANS = ("30min", "2h", "6h", "24h", "all")
"""How much of the past is drawn; the first is the default, because lists are walked one by one."""
GAINERS = 100
"""Contributors in the table of gains, at most."""
MOMENTS = 1500
"""Lists that can be chosen on the scrubber, at most; a shorter time has all of its own."""
_BEGINNING = "1970-01-02"


class RoomQuery(NamedTuple):
    """Which list is shown, compared with which, and how much of the past."""

    room_id: str
    source: str | None
    at: str
    """The moment of the list; empty for the latest."""
    vs: str
    """One of SINCE, or a moment."""
    span: str
    level: int | None
    fans_club: bool
    new: bool

    @classmethod
    def of(cls, room_id: str, given: Parameters) -> "RoomQuery":
        """As the address says; raises RequestError for what it cannot say."""
        return cls(
            room_id,
            parameters.text(given, "source") or None,
            parameters.text(given, "at"),
            parameters.text(given, "vs", SINCE[0]),
            parameters.one_of(given, "span", SPANS),
            parameters.whole(given, "level", None, 0, 1000),
            parameters.one_of(given, "club", ("", "1")) == "1",
            parameters.one_of(given, "new", ("", "1")) == "1",
        )

    @property
    def compared(self) -> str:
        """The moment to compare with."""
        return _BEGINNING if self.vs == "start" else self.vs

    @property
    def is_of_age(self) -> bool:
        """Whether the latest list is compared with one of so long before."""
        return not self.at and self.vs in SINCE[:-1]

    def since(self, stays: Stays, now_ms: int) -> str | None:
        """From when on the past is drawn: after the list of so long before the last one; None for the beginning."""
        if self.span == "all":
            return None
        last_ms = max((ms(stay.until_at) for stay in stays.rows), default=now_ms)
        return iso(max(min(last_ms, now_ms) - moments.duration(self.span), 0) + 1)


class RoomAnswers(NamedTuple):
    """What was asked of the store for the page."""

    current: CurrentList
    total: TotalRow
    status: RoomRow | None
    stays: Stays
    course: Course | None
    """None if there is no list that counts in that time."""
    gains: RoomGains | None
    coverage: Coverage
    failures: Failures
    polls: tuple[PollRecord, ...]
    """The latest first."""


class RoomLine(msgspec.Struct, frozen=True):
    """A row of the list."""

    key: str
    """Tells rows of one list apart, and is the same in the next: whose row it is, if that is known."""
    row: ListRow
    places: int | None
    """By how many places the contributor rose; negative if they fell; None without an earlier place."""
    bar: float | None
    """The score as a share of the highest, 0 to 100; None without a score."""
    behind: int | None
    """Coins behind the row above, as the gateway states it or the scores show it; None where neither does."""
    stay: RoomStay | None
    flags: tuple[Flag, ...]
    """Those of the row alone."""


class RoomPage(msgspec.Struct, frozen=True):
    """What the page shows."""

    query: RoomQuery
    current: CurrentList
    whose: TotalRow
    """Whose room it is."""
    status: RoomRow | None
    state: State | None
    """What there is to know first about the room as it is now; None if an earlier list is shown."""
    lines: tuple[RoomLine, ...]
    left: tuple[LeftRow, ...]
    flags: tuple[Flag, ...]
    """Those of the list."""
    is_hidden: bool
    """Whether the list shows no scores, or no names."""
    hidden_since: str | None
    """When later lists began to show none, so that this one is the last that counts; None if they do not."""
    is_compared: bool
    """Whether there is an earlier list that it differs from in time."""
    total_score: int | None
    """The sum of the scores; None if none is published."""
    curves: Curves | None
    moments: tuple[int, ...]
    """Of the lists that can be shown, in ms since 1970."""
    place: int
    """Of the list that is shown, among these."""
    gains: RoomGains | None
    course: Course | None
    coverage: Coverage
    failures: Failures
    polls: tuple[PollRecord, ...]

    def moment(self, at_ms: int) -> str:
        """A moment of the curves as text."""
        return iso(at_ms)


def page(query: RoomQuery, found: RoomAnswers) -> RoomPage:
    """The page of a room."""
    current = found.current
    scores = [row.score for row in current.rows if row.score is not None]
    stays = {stay.user_id: stay for stay in found.stays.rows}
    times = _moments(found.course)
    hidden = {"anonymous_room", "scores_withheld"} & {*current.flags}
    return RoomPage(
        query=query,
        current=current,
        whose=found.total,
        status=found.status,
        state=None if query.at or found.status is None else state_of(found.status),
        lines=tuple(_lines(current.rows, max(scores, default=0), stays, current.flags)),
        left=current.left,
        flags=flags.explained(current.flags),
        is_hidden=bool(hidden),
        hidden_since=_hidden_since(current),
        is_compared=current.compared_at not in (None, current.captured_at),
        total_score=None if current.concentration is None else current.concentration.coins,
        curves=None if found.course is None else curves.curves(found.course),
        moments=times,
        place=max(bisect_right(times, ms(current.captured_at)) - 1, 0) if query.at else max(len(times) - 1, 0),
        gains=found.gains,
        course=found.course,
        coverage=found.coverage,
        failures=found.failures,
        polls=found.polls,
    )


def _hidden_since(current: CurrentList) -> str | None:
    """When lists after this one began to be without names or scores."""
    later = [each.since_at for each in current.sure.withheld if each.since_at > current.captured_at]
    return min(later, default=None)


def _moments(course: Course | None) -> tuple[int, ...]:
    """The moments of the lists of a course; of very many, evenly chosen ones and the last."""
    times = () if course is None else tuple(ms(row.seen_at) for row in course.rows)
    step = -(-len(times) // MOMENTS) or 1
    return times[::-1][::step][::-1]


def _lines(
    rows: Sequence[ListRow], best: int, stays: Mapping[str, RoomStay], of_list: Sequence[str]
) -> Sequence[RoomLine]:
    above: int | None = None
    lines: list[RoomLine] = []
    keys: set[str] = set()
    for place, row in enumerate(rows, start=1):
        key = f"c{row.user_id}"
        if row.user_id is None or key in keys:
            key = f"place{place}"
        keys.add(key)
        behind = row.delta if row.delta is not None else _gap(above, row.score)
        own = flags.explained(each for each in row.flags if each not in of_list)
        stay = stays.get(row.user_id) if row.user_id is not None else None
        lines.append(RoomLine(key, row, _places(row), _bar(row.score, best), behind, stay, own))
        above = row.score
    return lines


def _places(row: ListRow) -> int | None:
    return None if row.rank_before is None else row.rank_before - row.rank


def _bar(score: int | None, best: int) -> float | None:
    return None if score is None or not best else round(100 * score / best, 2)


def _gap(above: int | None, score: int | None) -> int | None:
    return None if above is None or score is None else above - score
