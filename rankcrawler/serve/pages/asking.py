"""What pages ask of the store and the queue."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rankcrawler.clock import iso
from rankcrawler.errors import NotInStore, QueueError
from rankcrawler.insight import anchors
from rankcrawler.insight import rooms as rooms_of
from rankcrawler.insight.course import Course
from rankcrawler.insight.ground import Choice
from rankcrawler.insight.people import Person
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.room_gains import RoomGains
from rankcrawler.insight.rooms import RoomRow
from rankcrawler.insight.sessions import Sessions
from rankcrawler.insight.shared import Shared
from rankcrawler.insight.totals import Totals
from rankcrawler.insight.veil import Veil
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.queue import roster
from rankcrawler.queue import status as statuses
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.serve.pages import compare, contributor, fleet
from rankcrawler.serve.pages.compare import CompareAnswers, CompareQuery
from rankcrawler.serve.pages.contributor import Level
from rankcrawler.serve.pages.fleet import QueueSeen
from rankcrawler.serve.pages.room import RoomAnswers, RoomQuery
from rankcrawler.serve.pages.wall import Key
from rankcrawler.serve.queues import Queues

_TOP = 5
_POLLS = 60
"""Polls in the table, at most."""
_LONGEST = "24h"
"""The time from which these polls are, at most."""
_PEOPLE = 100
"""Contributors in the table of those whom rooms share, at most."""


def totals(store: Questions, rooms: Sequence[RoomRow]) -> Totals:
    """The totals of rooms, of each gateway its own."""
    parts = [
        store.totals(*(room.room_id for room in rooms if room.source == source), source=source)
        for source in dict.fromkeys(room.source for room in rooms)
    ]
    return Totals(kind=RANKLIST.name, rows=tuple(row for part in parts for row in part.rows))


def nicknames(store: Questions, veil: Veil) -> Mapping[Key, str]:
    """What the anchors of rooms and their broadcasts are called, as they are shown."""
    found = veil.over(anchors.of_rooms(store.records, Choice(RANKLIST.name, None)))
    return {(each.source, each.room_id): f"{each.nickname or ''}\n{each.title or ''}" for each in found}


def room(store: Questions, query: RoomQuery) -> RoomAnswers:
    """What the page of a room shows; raises NotInStore for one without a list."""
    chosen: dict[str, Any] = {"level": query.level, "fans_club": query.fans_club, "new": query.new}
    chosen |= {"vs": query.compared, "source": query.source}
    current = store.at(query.room_id, query.at, **chosen) if query.at else store.latest(query.room_id, **chosen)
    if query.is_of_age and current.compared_at in (None, current.captured_at):  # it is itself as old as that
        before = store.at(query.room_id, current.captured_at, **chosen)
        current = msgspec.structs.replace(before, sure=current.sure)
    of = {"source": current.source}
    stays, now_ms = store.stays(query.room_id, **of), store.records.now_ms()
    since = query.since(stays, now_ms)
    lately = since or query._replace(span=_LONGEST).since(stays, now_ms) or iso(0)
    polls = store.records.polls(query.room_id, lately, iso(now_ms + 1), source=current.source, limit=_POLLS)
    return RoomAnswers(
        current=current,
        total=store.totals(query.room_id, **of).rows[0],
        status=rooms_of.room(store.records, query.room_id, Choice(RANKLIST.name, current.source)),
        stays=stays,
        course=_course(store, query.room_id, since, current.source),
        gains=_gains(store, query.room_id, since, current.source),
        coverage=store.coverage(query.room_id, **of),
        failures=store.failures(query.room_id, **of),
        polls=tuple(reversed(polls)),
    )


def person(store: Questions, user_id: str) -> tuple[Person, Totals, Level | None]:
    """A contributor, the totals of their rooms, and what the last list says of their level."""
    found = store.contributor(user_id)
    rooms = contributor.rooms_of(found)
    sums = store.totals(*rooms, source=found.source) if rooms else Totals(kind=RANKLIST.name, rows=())
    return found, sums, _level(store, found)


def compared(store: Questions, query: CompareQuery) -> CompareAnswers:
    """What the page of a comparison shows."""
    sessions = _sessions(store, query)
    rooms: Sequence[str] = query.rooms or ([row.room_id for row in sessions.rows] if sessions else ())
    listed = () if sessions is None else [row.room_id for row in sessions.rows if row.since_at is not None]
    return CompareAnswers(
        shared=_shared(store, query, rooms),
        sessions=sessions,
        versus=store.versus(*listed) if len(listed) == 2 else None,
        pace=store.pace(compare.WEEK),
        whose=anchors.of_rooms(store.records, Choice(RANKLIST.name, None)),
    )


async def queue(queues: Queues) -> tuple[QueueSeen | None, str]:
    """What the queue says, or else why it cannot be reached."""
    try:
        return await queues.ask(RANKLIST.name, _seen), ""
    except QueueError as error:
        return None, str(error)


async def _seen(queue: RoomQueue) -> QueueSeen:
    dead = []
    async for each in roster.rooms(queue, "dead"):
        dead.append(each)
        if len(dead) == fleet.DEAD:
            break
    return QueueSeen(await statuses.status(queue), tuple(dead))


def _shared(store: Questions, query: CompareQuery, rooms: Sequence[str]) -> Shared:
    """Whom rooms share."""
    least = min(query.least, len(rooms)) if rooms else query.least
    return store.shared(*rooms, least=least, since=query.moment, limit=_PEOPLE)


def _sessions(store: Questions, query: CompareQuery) -> Sessions | None:
    """The sessions that are compared; None where none are named."""
    if query.anchor and not query.rooms:
        return store.sessions(query.anchor, limit=compare.ROOMS)
    return store.compare(*query.rooms) if query.rooms else None


def _course(store: Questions, room_id: str, since: str | None, source: str) -> Course | None:
    try:
        return store.course(room_id, since, top=_TOP, source=source)
    except NotInStore:
        return None


def _gains(store: Questions, room_id: str, since: str | None, source: str) -> RoomGains | None:
    try:
        return store.gains(room_id, since, source=source)
    except NotInStore:
        return None


def _level(store: Questions, found: Person) -> Level | None:
    """What the last list with the contributor in it says."""
    stays = [stay for stay in found.rows if stay.kind == RANKLIST.name]
    if not stays:
        return None
    last = max(stays, key=lambda stay: stay.until_at)
    listed = store.records.at(last.room_id, last.until_at, source=found.source)
    for row in listed.entries if listed is not None else ():
        if row.user_id == found.user_id:
            bounds = row.lifetime_diamonds_min, row.lifetime_diamonds_max
            return Level(last.room_id, last.until_at, row.pay_grade_level, *bounds, row.fans_club_level)
    return None
