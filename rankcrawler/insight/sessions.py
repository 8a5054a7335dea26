"""The sessions of one anchor, or any rooms, side by side from their starts."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from rankcrawler.clock import iso, ms
from rankcrawler.errors import NotInStore
from rankcrawler.insight import course, sureness
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.given import Walked, rooms_of, walked
from rankcrawler.insight.ground import END_MS, Choice, Ground, stored_room
from rankcrawler.insight.sureness import Looked
from rankcrawler.language import tr
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.text import encoded


class SessionRow(msgspec.Struct, frozen=True):
    """A session: one room."""

    source: str
    room_id: str
    since_at: str
    """The first list that counts: the session's start, as far as it was seen."""
    until_at: str
    """The last one."""
    seconds: float
    """Between the two."""
    contributors: int
    """In the last list."""
    total_score: int
    """The sum of the scores in the last list: what these gave in the session, at least."""
    coins: int
    """Given from the first list to the last, at least."""
    audience: int | None
    """The largest; None if it was never stated."""


class AlignedPoint(msgspec.Struct, frozen=True):
    """A session, so long after its start."""

    elapsed_seconds: float
    """The end of the step."""
    room_id: str
    coins: int
    """Given since the start, at least."""
    total_score: int
    """The sum of all scores in the list, in coins."""
    contributors: int
    """In the list."""
    audience: int | None


class Sessions(Answer, frozen=True, kw_only=True):
    """Sessions, the latest first, and how far each was after the same time."""

    kind: str
    anchor_id: str | None
    """None if rooms were asked about."""
    step_seconds: float
    points: tuple[AlignedPoint, ...]
    """In order of elapsed time, and then of the sessions; a session has points until its end."""
    rows: tuple[SessionRow, ...]


class _Session(NamedTuple):
    room: StoredRoom
    walked: Walked
    polls: Sequence[Looked]
    counted: Sequence[Looked]


def of_anchor(ground: Ground, anchor_id: str, choice: Choice, step_ms: int, limit: int) -> Sessions:
    """The latest sessions of an anchor; raises NotInStore if no list has one."""
    found = ground.database.all("insight_rooms_of_anchor", anchor_id=encoded(anchor_id), **choice.values(), limit=limit)
    if not found:
        raise NotInStore(tr("no room of anchor {anchor} has a list", anchor=anchor_id))
    return _aligned(ground, [stored_room(each[:4]) for each in found], anchor_id, choice.kind, step_ms)


def of_rooms(ground: Ground, rooms: Sequence[str], choice: Choice, step_ms: int) -> Sessions:
    """Rooms side by side; raises NotInStore for a room that was never polled."""
    return _aligned(ground, rooms_of(ground, rooms, choice), None, choice.kind, step_ms)


def _aligned(ground: Ground, rooms: Sequence[StoredRoom], anchor_id: str | None, kind: str, step_ms: int) -> Sessions:
    sessions = [*_sessions(ground, rooms)]
    points = [point for each in sessions for point in _points(each, step_ms)]
    order = {each.room.name.room_id: place for place, each in enumerate(sessions)}
    points.sort(key=lambda point: (point.elapsed_seconds, order[point.room_id]))
    return Sessions(
        kind=kind,
        anchor_id=anchor_id,
        step_seconds=step_ms / 1000,
        points=tuple(points),
        rows=tuple(map(_row, sessions)),
        sure=_sure(ground, sessions),
    )


def _sessions(ground: Ground, rooms: Sequence[StoredRoom]) -> Iterator[_Session]:
    for room in rooms:
        found = walked(ground, room, 0, END_MS)
        polls = sureness.polls_of(ground, room, 0, END_MS)
        counted = [each for each in polls if each.counts]
        if found is not None and counted:
            yield _Session(room, found, polls, counted)


def _row(session: _Session) -> SessionRow:
    first, last = session.counted[0], session.counted[-1]
    scores = session.walked.scores_at(last.at_ms)
    return SessionRow(
        session.room.name.source,
        session.room.name.room_id,
        iso(first.at_ms),
        iso(last.at_ms),
        (last.at_ms - first.at_ms) / 1000,
        last.row_count or 0,
        sum(each or 0 for each in scores.values()),
        sum(given.coins for step in session.walked.steps for given in step.given.values()),
        max((each.total for each in session.counted if each.total is not None), default=None),
    )


def _points(session: _Session, step_ms: int) -> Iterator[AlignedPoint]:
    """The state at the end of each step from the start; a step without a list has that of the one before."""
    start, coins = session.counted[0].at_ms, 0
    found = [*course.points(session.walked, session.counted, (), step_ms, start)]
    for number, point in enumerate(found):
        coins += point.coins
        begins = (ms(point.seen_at) - start) // step_ms
        ends = begins + 1 if number + 1 == len(found) else (ms(found[number + 1].seen_at) - start) // step_ms
        for step in range(begins, ends):
            elapsed = (step + 1) * step_ms / 1000
            yield AlignedPoint(
                elapsed, session.room.name.room_id, coins, point.total_score, point.contributors, point.audience
            )


def _sure(ground: Ground, sessions: Sequence[_Session]) -> Sure:
    damaged = sureness.damage_of(ground)
    parts = [
        sureness.of_room(ground, each.room, each.polls, 0, END_MS, is_exact=each.walked.is_exact) for each in sessions
    ]
    return msgspec.structs.replace(sureness.together(parts), damaged=damaged)
