"""The sessions of one anchor, or any rooms, side by side from their starts."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from rankcrawler.clock import iso, ms
from rankcrawler.errors import NotInStore
from rankcrawler.insight import course, sureness
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.given import Walked, walked
from rankcrawler.insight.ground import END_MS, Choice, Ground, stored_room
from rankcrawler.insight.sureness import Looked
from rankcrawler.language import tr
from rankcrawler.model.anchors import FORMS, Anchor
from rankcrawler.store.answers import Session as Known
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.text import encoded


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A session: one room. What lists say is None without a list; what looks say, if the anchor is not followed."""

    source: str
    room_id: str
    since_at: str | None = None
    """The first list that counts: the session's start, as far as it was seen."""
    until_at: str | None = None
    """The last one."""
    seconds: float | None = None
    """Between the two."""
    contributors: int | None = None
    """In the last list."""
    total_score: int | None = None
    """The sum of the scores in the last list: what these gave in the session, at least."""
    coins: int | None = None
    """Given from the first list to the last, at least; from the session's beginning, if that was seen."""
    audience: int | None = None
    """The largest; None if it was never stated."""
    anchor: str | None = None
    """Who is followed, as in `scrapy anchors`: `uid=98204909466`."""
    begun_at: str | None = None
    begun_by: str | None = None
    """How that is known: `gateway`, `look`, or `found` if it may have begun long before."""
    ended_at: str | None = None
    """None while it is on."""
    ended_by: str | None = None
    """How that is known: `gateway`, `looks`, `room` or `removed`."""
    title: str | None = None
    nickname: str | None = None
    """What the anchor was called."""
    flags: tuple[str, ...] = ()
    """What was odd about the look that found the session."""


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
    anchor: str | None
    """As in the rows; None if rooms were asked about."""
    step_seconds: float
    points: tuple[AlignedPoint, ...]
    """In order of elapsed time, and then of the sessions; a session has points until its end."""
    rows: tuple[SessionRow, ...]


class _Part(NamedTuple):
    """A session, as it is known: by its room, by looks at the anchor, or by both."""

    room: StoredRoom | None
    known: Known | None


class _Lists(NamedTuple):
    """What the lists of a session's room say."""

    room: StoredRoom
    walked: Walked
    polls: Sequence[Looked]
    counted: Sequence[Looked]


def of_anchor(ground: Ground, anchor: str, choice: Choice, step_ms: int, limit: int) -> Sessions:
    """The latest sessions of an anchor: a user id, or a name such as `web_rid=646454278948`.

    Raises NotInStore if none is known, neither by looks at the anchor nor by a list that names them.
    """
    by = Anchor.named(anchor) if "=" in anchor else Anchor(FORMS[0], anchor)
    uid = by.id if by.by == FORMS[0] else ""
    of = {"anchor": encoded(by.name), "anchor_id": encoded(uid)}
    records = ground.database.all("insight_rooms_of_anchor", **of, **choice.values())
    known = [each for each in ground.sessions(by.name) if choice.source in (None, each.source)]
    begun = {(each.source, each.room_id): ms(each.begun_at) for each in known}
    rooms: dict[tuple[str, str], StoredRoom] = {}
    for record in records:
        room = stored_room(record[:4])
        rooms[name := (room.name.source, room.name.room_id)] = room
        begun.setdefault(name, int(record[4]))
    if not begun:
        raise NotInStore(tr("no session of {name} is known", name=by.name))
    sessions = {(each.source, each.room_id): each for each in known}
    latest = sorted(begun, key=lambda name: (-begun[name], name))[:limit]
    return _aligned(ground, [_Part(rooms.get(name), sessions.get(name)) for name in latest], by.name, choice, step_ms)


def of_rooms(ground: Ground, rooms: Sequence[str], choice: Choice, step_ms: int) -> Sessions:
    """Rooms side by side; raises NotInStore for one that was never polled, and in which no anchor was seen."""
    return _aligned(ground, [_part(ground, each, choice) for each in dict.fromkeys(rooms)], None, choice, step_ms)


def _part(ground: Ground, room_id: str, choice: Choice) -> _Part:
    known = [each for each in ground.sessions(room_id=room_id) if choice.source in (None, each.source)]
    try:
        room = ground.room(room_id, choice)
    except NotInStore:
        if known:
            return _Part(None, known[0])
        raise
    return _Part(room, next((each for each in known if each.source == room.name.source), None))


def _aligned(ground: Ground, parts: Sequence[_Part], anchor: str | None, choice: Choice, step_ms: int) -> Sessions:
    lists = [None if part.room is None else _lists(ground, part.room) for part in parts]
    listed = [each for each in lists if each is not None]
    points = [point for each in listed for point in _points(each, step_ms)]
    order = {each.room.name.room_id: place for place, each in enumerate(listed)}
    points.sort(key=lambda point: (point.elapsed_seconds, order[point.room_id]))
    rows = (_row(part.known, found) for part, found in zip(parts, lists, strict=True))
    return Sessions(
        kind=choice.kind,
        anchor=anchor,
        step_seconds=step_ms / 1000,
        points=tuple(points),
        rows=tuple(row for row in rows if row is not None),
        sure=_sure(ground, listed),
    )


def _lists(ground: Ground, room: StoredRoom) -> _Lists | None:
    """What the lists of a room say; None if it has none that counts."""
    found = walked(ground, room, 0, END_MS)
    polls = sureness.polls_of(ground, room, 0, END_MS)
    counted = [each for each in polls if each.counts]
    return _Lists(room, found, polls, counted) if found is not None and counted else None


def _row(known: Known | None, lists: _Lists | None) -> SessionRow | None:
    """The row of a session; None for a room without a list, in which no anchor was seen."""
    if lists is None:
        return None if known is None else SessionRow(source=known.source, room_id=known.room_id, **_looked(known))
    name, first, last = lists.room.name, lists.counted[0], lists.counted[-1]
    scores = lists.walked.scores_at(last.at_ms)
    return SessionRow(
        source=name.source,
        room_id=name.room_id,
        since_at=iso(first.at_ms),
        until_at=iso(last.at_ms),
        seconds=(last.at_ms - first.at_ms) / 1000,
        contributors=last.row_count or 0,
        total_score=sum(each or 0 for each in scores.values()),
        coins=sum(step.coins for step in lists.walked.steps),
        audience=max((each.total for each in lists.counted if each.total is not None), default=None),
        **({} if known is None else _looked(known)),
    )


def _looked(known: Known) -> dict[str, Any]:
    """What looks at the anchor say of a session."""
    fields = ("anchor", "begun_at", "begun_by", "ended_at", "ended_by", "title", "nickname", "flags")
    return {name: getattr(known, name) for name in fields}


def _points(session: _Lists, step_ms: int) -> Iterator[AlignedPoint]:
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


def _sure(ground: Ground, sessions: Sequence[_Lists]) -> Sure:
    damaged = sureness.damage_of(ground)
    parts = [
        sureness.of_room(ground, each.room, each.polls, 0, END_MS, is_exact=each.walked.is_exact) for each in sessions
    ]
    return msgspec.structs.replace(sureness.together(parts), damaged=damaged)
