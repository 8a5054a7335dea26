"""Questions on the queue, and what changes it: rooms to poll from now on, and dead letters to try again."""

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from rankcrawler.clock import iso
from rankcrawler.errors import JobError
from rankcrawler.language import tr
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.queue import job as jobs
from rankcrawler.queue import roster, status
from rankcrawler.queue.job import Job
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.roster import Room
from rankcrawler.queue.status import Status
from rankcrawler.serve.api.fleet_answers import (
    DeadLetter,
    DeadLetters,
    Fleet,
    NewRooms,
    Retried,
    Retry,
    Taken,
    Unreadable,
    Worker,
)
from rankcrawler.serve.api.given import Kind
from rankcrawler.serve.api.pages import Page
from rankcrawler.serve.api.replies import AnyRequest, table
from rankcrawler.serve.queues import Queues
from rankcrawler.serve.refusal import Refusal


@get("/api/v1/fleet", operation_id="fleet", summary="How the queue and its workers are doing")
async def fleet(queues: NamedDependency[Queues], kind: Kind = RANKLIST.name) -> Fleet:
    """Figures of one moment; 503 without a queue."""
    return described(kind, await queues.ask(kind, status.status))


@get("/api/v1/dead-letters", operation_id="deadLetters", summary="Rooms that are no longer polled, and why")
async def dead_letters(
    request: AnyRequest, queues: NamedDependency[Queues], page: NamedDependency[Page], kind: Kind = RANKLIST.name
) -> Response[DeadLetters]:
    """Those that died first at the top; also entries that name no room."""

    async def dead(queue: RoomQueue) -> list[DeadLetter]:
        found: list[DeadLetter] = []
        async for room in roster.rooms(queue, "dead"):
            found.append(_dead_letter(room))
            if len(found) == page.reach:
                break
        return found

    rows = await queues.ask(kind, dead)
    return table(request, DeadLetters(kind=kind, rows=tuple(rows)), page)


@post("/api/v1/rooms", operation_id="addRooms", summary="Poll rooms, once or again and again", status_code=200)
async def add_rooms(data: JSONBody[NewRooms], queues: NamedDependency[Queues]) -> Taken:
    """Rooms that the queue knows are polled at once, and keep what is not stated. 400 if none can be read."""
    default = _default(data)
    wanted: list[Job] = []
    unreadable: list[Unreadable] = []
    for text in data.rooms:
        try:
            wanted.append(jobs.completed(jobs.parse(text), default))
        except JobError as error:
            unreadable.append(Unreadable(text[:100], str(error)))
    if not wanted:
        raise Refusal(400, unreadable[0].problem, parameter="rooms")
    new = await queues.change(data.kind, lambda queue: queue.push(wanted), create=True)
    return Taken(len(wanted), new, tuple(unreadable))


@post("/api/v1/dead-letters/retry", operation_id="retry", summary="Poll dead rooms again", status_code=200)
async def retry(data: JSONBody[Retry], queues: NamedDependency[Queues]) -> Retried:
    """On their old schedules: those that are named, also retired ones, or all that are dead."""
    if data.all == bool(data.rooms):
        raise Refusal(400, tr("expected either rooms or all"), parameter="rooms")
    if data.all:
        return Retried(await queues.change(data.kind, lambda queue: queue.dead_letters.retry_all()), ())
    done = await queues.change(data.kind, lambda queue: queue.dead_letters.retry(data.rooms))
    unknown = [room for room, is_ready in zip(data.rooms, done, strict=True) if not is_ready]
    return Retried(sum(done), tuple(unknown))


def described(kind: str, now: Status) -> Fleet:
    """The figures of a queue, with times as text and spans in seconds."""
    same = {name: getattr(now, name) for name in Fleet.__struct_fields__ if hasattr(now, name)}
    same |= {name: getattr(now.depth, name) for name in Fleet.__struct_fields__ if hasattr(now.depth, name)}
    changed = {
        "kind": kind,
        "now_at": iso(now.now),
        "held_until_at": _moment(now.held_until),
        "failing_since_at": _moment(now.failing_since),
        "overdue": now.overdue / 1000,
        "late_p50": _seconds(now.lag_p50),
        "late_p95": _seconds(now.lag_p95),
        "workers": tuple(Worker(each.name, iso(each.since), iso(each.seen)) for each in now.workers),
        "warnings": tuple(now.warnings),
    }
    return Fleet(**(same | changed))


def _dead_letter(room: Room) -> DeadLetter:
    schedule = msgspec.structs.asdict(room.schedule)
    return DeadLetter(
        room.room_id, _moment(room.died), room.reason, room.attempts, **schedule, anchor_id=room.anchor_id, raw=room.raw
    )


def _default(data: NewRooms) -> Job:
    """What holds for rooms that do not state it themselves; raises Refusal."""
    fields = {name: getattr(data, name) for name in ("every", "every_max", "priority", "anchor_id")}
    try:
        return jobs.of_fields({"room_id": "1", **fields})
    except JobError as error:
        raise Refusal(400, str(error), parameter="every_max") from None


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)


def _seconds(span_ms: int | None) -> float | None:
    return None if span_ms is None else span_ms / 1000
