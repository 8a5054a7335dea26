"""The documented API: the lists of the store, at the paths and in the shapes of the default gateway."""

import time
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler, get

from rankcrawler.clock import ms
from rankcrawler.errors import RequestError
from rankcrawler.insight.questions import Questions
from rankcrawler.language import spoken, tr
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.kinds import ListKind
from rankcrawler.queue.job import Job
from rankcrawler.serve import documented, manners, query
from rankcrawler.serve.access.forgery import Forgery
from rankcrawler.serve.freshness import Freshness
from rankcrawler.serve.query import Query
from rankcrawler.serve.refusal import Refusal
from rankcrawler.serve.setup import Setup
from rankcrawler.serve.shelf import Shelf

_JSON = "application/json"


def routes() -> list[HTTPRouteHandler]:
    """A handler for each kind of list."""
    return [_route(path, kind) for path, kind in manners.documented().items()]


def _route(path: str, kind: ListKind) -> HTTPRouteHandler:
    @get(path, include_in_schema=False)
    async def answer(
        request: Request[Any, Any, Any],
        shelf: NamedDependency[Shelf],
        setup: NamedDependency[Setup],
        forms: NamedDependency[Forgery],
        freshness: NamedDependency[Freshness],
    ) -> Response[bytes]:
        now_ms = time.time_ns() // 1_000_000
        try:
            wanted = query.parsed(request.query_params, setup.zone, now_ms)
        except RequestError as error:
            raise Refusal(400, str(error)) from None
        if wanted.fresh is not None and wanted.at is None:
            forms.check_origin(request.state["asked"])  # the method says that nothing changes, and the queue does
            setup.check_may_change()
            await freshness.wait(kind.name, Job(wanted.room_id, wanted.anchor_id), wanted.fresh)

        def written(store: Questions) -> bytes:
            found = shelf.desk.veil.over(_found(store, wanted, kind))
            return b"" if found is None else msgspec.msgpack.encode((ms(found.polled_at), documented.answer(found)))

        key = kind.name, wanted._replace(fresh=None), spoken()
        sheet = await shelf.answer(key, written, shelf.room(wanted.room_id))
        if not sheet.answer:
            return Response(documented.no_list(tr("the room has no list yet"), now_ms), media_type=_JSON)
        polled_ms, body = msgspec.msgpack.decode(sheet.answer, type=tuple[int, bytes])
        age = max(time.time_ns() // 1_000_000 - polled_ms, 0) // 1000
        return Response(body, media_type=_JSON, headers={"Age": str(age)})

    return answer


def _found(store: Questions, wanted: Query, kind: ListKind) -> RoomSnapshot | None:
    """The list that is wanted; None if the room has none yet. Raises Refusal for a room that was never polled."""
    records, of = store.records, {"kind": kind.name}
    found = records.latest(wanted.room_id, **of) if wanted.at is None else records.at(wanted.room_id, wanted.at, **of)
    if found is None and not records.sources_of_room(wanted.room_id, **of):
        raise Refusal(404, tr("no {kind} of room {room} is in the store", kind=kind.name, room=wanted.room_id))
    return found
