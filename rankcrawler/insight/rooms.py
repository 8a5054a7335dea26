"""How fresh rooms are, how well they were polled, and why polls failed."""

from typing import NamedTuple

import msgspec

from rankcrawler import moments
from rankcrawler.clock import iso, ms
from rankcrawler.insight.answers import Answer
from rankcrawler.insight.ground import Choice, Ground, Moment
from rankcrawler.store.database import Record
from rankcrawler.store.text import encoded
from rankcrawler.store.values import restored


class RoomRow(msgspec.Struct, frozen=True):
    """A room now."""

    source: str
    kind: str
    room_id: str
    anchor_id: str | None
    every: float | None
    """Seconds between polls; None if it was polled once."""
    every_max: float | None
    """The longest time between polls, in seconds, if it is polled less often while nothing changes."""
    first_polled_at: str
    last_polled_at: str
    last_outcome: str
    """stored, unchanged, empty, withheld or failed."""
    last_reason: str | None
    """Why the last poll failed."""
    captured_at: str | None
    """When the gateway made the last list; None before the first."""
    age_seconds: float | None
    """Since the last list arrived; None before the first."""
    is_stale: bool
    """Whether the room is polled again and again, has not ended, and its list is older than was asked for, or than two
    intervals."""
    row_count: int | None
    """Contributors in the last list."""
    audience: int | None
    """The size of the audience at the last list."""
    ended_at: str | None
    """When a poll, or looks at the anchor, found that the broadcast is over; None while it goes on."""


class Rooms(Answer, frozen=True, kw_only=True):
    """Every room that was ever polled, or the stale ones, which are longest without a list first."""

    kind: str
    stale: int
    """How many are stale, of all."""
    rows: tuple[RoomRow, ...]


class CoverageRow(msgspec.Struct, frozen=True):
    """How a room was polled in a time."""

    source: str
    kind: str
    room_id: str
    due: int | None
    """Polls that were due: those that were made, missed and overdue; None if the room has no interval, or adapts it."""
    polls: int
    """Polls that were made."""
    failed: int
    """Of these, polls without a list."""
    withheld: int
    """Of these, polls whose list had no scores."""
    missed: int | None
    """Polls that were due between those that were made; None if the room has no interval, or adapts it."""
    overdue: int | None
    """Polls that are due since the last one, if the room has not ended; None as for `missed`."""
    longest_gap: float | None
    """The longest time between two polls, in seconds; None if there was one poll, and none before."""
    first_polled_at: str | None
    """The first poll of the time; None if there was none."""
    last_polled_at: str | None


class Coverage(Answer, frozen=True, kw_only=True):
    """How rooms were polled in a time, those with most missing polls first."""

    kind: str
    since_at: str
    until_at: str | None
    """None for now."""
    rows: tuple[CoverageRow, ...]


class FailureRow(msgspec.Struct, frozen=True):
    """Polls that failed for one reason."""

    reason: str
    """With the gateway's own words."""
    action: str
    """What followed: retry, wait, gone_once, gone or stop."""
    status: int | None
    """HTTP; None without an answer."""
    code: int | None
    """The outer code in the body."""
    status_code: int | None
    """The inner code in the body."""
    polls: int
    rooms: int
    """How many different ones."""
    first_at: str
    last_at: str


class Failures(Answer, frozen=True, kw_only=True):
    """Why polls failed in a time, the most frequent reason first. Which rooms are dead, the queue knows."""

    kind: str
    since_at: str
    until_at: str | None
    """None for now."""
    rows: tuple[FailureRow, ...]


class _Scheduled(NamedTuple):
    """How a room is polled: a record of insight_schedules."""

    source: str
    kind: str
    room_id: str
    every: float | None
    every_max: float | None
    first_ms: int
    last_ms: int
    ended_ms: int | None

    def is_due_before(self, until_ms: int) -> bool:
        """Whether it goes on, and did before a moment."""
        return self.every is not None and self.ended_ms is None and self.first_ms < until_ms


def rooms(ground: Ground, choice: Choice, stale: str | None, *, only_stale: bool) -> Rooms:
    """Every room, or those whose last list is older than `stale`, a duration; without it, than two intervals."""
    found = [_room(record) for record in ground.database.all("insight_rooms", **choice.values(), room_id="")]
    if stale is not None:
        limit = moments.duration(stale) / 1000
        found = [msgspec.structs.replace(each, is_stale=_is_older(ground, each, limit)) for each in found]
    are_stale = [each for each in found if each.is_stale]
    shown = sorted(are_stale, key=_silence) if only_stale else found
    return Rooms(kind=choice.kind, stale=len(are_stale), rows=tuple(shown))


def room(ground: Ground, room_id: str, choice: Choice) -> RoomRow | None:
    """A room, and how fresh it is; None if it was never polled."""
    found = ground.database.all("insight_rooms", **choice.values(), room_id=encoded(room_id))
    return _room(found[0]) if found else None


def coverage(
    ground: Ground, room_id: str | None, choice: Choice, since: Moment | None, until: Moment | None
) -> Coverage:
    """How a room, or every room, was polled from a moment until before another; without `since`, today."""
    if room_id is not None:
        ground.room(room_id, choice)
    since_ms, until_ms = _span(ground, since, until)
    span = {"since_ms": since_ms, "until_ms": until_ms}
    of = {**choice.values(), "room_id": encoded(room_id or "")}
    found = ground.database.all("insight_coverage", **of, **span)
    polled = {record[:3]: record[3:] for record in map(restored, found)}
    scheduled = map(_Scheduled._make, map(restored, ground.database.all("insight_schedules", **of)))
    rows = [
        _covered(each, polled.get(each[:3]), since_ms, min(until_ms, ground.now_ms()))
        for each in scheduled
        if each[:3] in polled or each.is_due_before(until_ms)
    ]
    rows.sort(key=lambda row: (-(row.missed or 0) - (row.overdue or 0), row.room_id, row.source))
    ends = None if until is None else iso(until_ms)
    return Coverage(kind=choice.kind, since_at=iso(since_ms), until_at=ends, rows=tuple(rows))


def failures(
    ground: Ground, room_id: str | None, choice: Choice, since: Moment | None, until: Moment | None
) -> Failures:
    """Why polls of a room, or of all, failed from a moment until before another; without `since`, today."""
    if room_id is not None:
        ground.room(room_id, choice)
    since_ms, until_ms = _span(ground, since, until)
    values = {**choice.values(), "room_id": encoded(room_id or "")}
    found = ground.database.all("insight_failures", **values, since_ms=since_ms, until_ms=until_ms)
    rows = [FailureRow(*(*facts, iso(first), iso(last))) for *facts, first, last in map(restored, found)]
    ends = None if until is None else iso(until_ms)
    return Failures(kind=choice.kind, since_at=iso(since_ms), until_at=ends, rows=tuple(rows))


def missed_in(gap_ms: int, every: float) -> int:
    """How many polls are missing in a time without one, as the view poll_log counts them."""
    every_ms = int(every * 1000)
    if not every_ms or gap_ms < every * 1500:
        return 0
    return (2 * gap_ms + every_ms) // (2 * every_ms) - 1


def _span(ground: Ground, since: Moment | None, until: Moment | None) -> tuple[int, int]:
    """From a moment until before another, in milliseconds; today, if nothing is given."""
    return ground.span("today" if since is None else since, until)


def _room(record: Record) -> RoomRow:
    *names, first_ms, last_ms, outcome, reason, captured_at, _, age, is_stale, rows, total, ended_ms = restored(record)
    ended_at = None if ended_ms is None else iso(ended_ms)
    polled: Record = (iso(first_ms), iso(last_ms), outcome, reason)
    return RoomRow(*(*names, *polled, captured_at, age, bool(is_stale), rows, total, ended_at))


def _is_older(ground: Ground, room: RoomRow, limit: float) -> bool:
    """Whether a room that goes on has been without a list for so many seconds."""
    return room.every is not None and room.ended_at is None and _silence_seconds(ground, room) > limit


def _silence_seconds(ground: Ground, room: RoomRow) -> float:
    if room.age_seconds is not None:
        return room.age_seconds
    return (ground.now_ms() - ms(room.first_polled_at)) / 1000


def _silence(room: RoomRow) -> tuple[str, str]:
    return room.captured_at or "", room.room_id


def _covered(room: _Scheduled, polled: Record | None, since_ms: int, until_ms: int) -> CoverageRow:
    """A room's row; `polled` is its record of insight_coverage without its name, or None if it was not polled."""
    polls, failed, withheld, missed, gap, first_ms, last_ms = polled or (0, 0, 0, None, None, None, None)
    overdue: int | None = None
    if room.every is not None and room.every_max is None:
        missed = missed or 0
        overdue = 0
        if room.ended_ms is None and room.last_ms < until_ms:
            overdue = missed_in(until_ms - max(room.last_ms, since_ms), room.every)
    due = None if missed is None or overdue is None else polls + missed + overdue
    return CoverageRow(
        room.source,
        room.kind,
        room.room_id,
        due,
        polls,
        failed,
        withheld,
        missed,
        overdue,
        gap,
        None if first_ms is None else iso(first_ms),
        None if last_ms is None else iso(last_ms),
    )
