"""The pages that only show: each asks the store, and the queue where that matters, and renders a template."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from rankcrawler.errors import NoStore
from rankcrawler.insight.pace import Pace
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.rooms import Coverage, Failures
from rankcrawler.language import spoken
from rankcrawler.serve.pages import asking, begin, compare, contributor, fleet, room, wall
from rankcrawler.serve.pages.compare import CompareQuery
from rankcrawler.serve.pages.contributor import People, PeopleQuery
from rankcrawler.serve.pages.fleet import FleetQuery
from rankcrawler.serve.pages.rendering import AnyRequest, Pages
from rankcrawler.serve.pages.room import RoomQuery
from rankcrawler.serve.pages.wall import WallQuery
from rankcrawler.serve.queues import Queues
from rankcrawler.serve.setup import Setup
from rankcrawler.serve.shelf import Shelf

_Filled = tuple[str, Mapping[str, Any]]


@get("/", include_in_schema=False)
async def show_wall(
    request: AnyRequest, pages: NamedDependency[Pages], shelf: NamedDependency[Shelf]
) -> Response[bytes]:
    """Every room; to someone who has none, how to add some."""
    query = WallQuery.of(request.query_params)

    def filled(store: Questions) -> _Filled:
        rooms, pace, anchors = store.rooms(), store.pace(wall.HOURS), store.anchors(wall.ANCHORS)
        if not rooms.rows and not anchors.rows:
            return "begin.html", {"begin": begin.FIRST}
        names = asking.nicknames(store, shelf.desk.veil) if query.search else {}
        rows = wall.chosen(rooms, pace, query, names)
        totals = asking.totals(store, [row.room for row in wall.on_page(rows, query)])
        return "wall.html", {"wall": wall.wall(rooms, pace, rows, totals, query), "anchors": anchors}

    try:
        return await pages.answer(request, shelf, shelf.state(), filled)
    except NoStore:
        return pages.show(request, "begin.html", begin=begin.FIRST)


@get("/rooms/{room_id:str}", include_in_schema=False)
async def show_room(
    request: AnyRequest, room_id: FromPath[str], pages: NamedDependency[Pages], shelf: NamedDependency[Shelf]
) -> Response[bytes]:
    """A room's list, and how it went."""
    query = RoomQuery.of(room_id, request.query_params)

    def filled(store: Questions) -> _Filled:
        return "room.html", {"room": room.page(query, shelf.desk.veil.over(asking.room(store, query)))}

    return await pages.answer(request, shelf, shelf.room(room_id), filled)


@get("/contributors", include_in_schema=False)
async def show_people(
    request: AnyRequest, pages: NamedDependency[Pages], shelf: NamedDependency[Shelf]
) -> Response[bytes]:
    """Contributors by a part of their names, or those who gave most."""
    query = PeopleQuery.of(request.query_params)
    if query.search:
        shelf.desk.veil.check_text(query.search)

    def filled(store: Questions) -> _Filled:
        if query.search:
            return "contributors.html", {"people": People(query, store.search(query.search), None)}
        top = store.top(query.moment(store.records.now_ms()), limit=contributor.GIVERS)
        return "contributors.html", {"people": People(query, None, top)}

    return await pages.answer(request, shelf, shelf.state(), filled)


@get("/contributors/{user_id:str}", include_in_schema=False)
async def show_person(
    request: AnyRequest, user_id: FromPath[str], pages: NamedDependency[Pages], shelf: NamedDependency[Shelf]
) -> Response[bytes]:
    """A contributor."""
    shelf.desk.veil.check_id(user_id)

    def filled(store: Questions) -> _Filled:
        found = shelf.desk.veil.over(asking.person(store, user_id))
        return "contributor.html", {"page": contributor.page(*found)}

    return await pages.answer(request, shelf, shelf.state(), filled)


@get("/compare", include_in_schema=False)
async def show_compare(
    request: AnyRequest, pages: NamedDependency[Pages], shelf: NamedDependency[Shelf], setup: NamedDependency[Setup]
) -> Response[bytes]:
    """Rooms, or an anchor's sessions, side by side."""
    query = CompareQuery.of(request.query_params)

    def filled(store: Questions) -> _Filled:
        found = shelf.desk.veil.over(asking.compared(store, query))
        return "compare.html", {"compared": compare.page(query, found, setup.zone)}

    return await pages.answer(request, shelf, shelf.state(), filled)


@get("/fleet", include_in_schema=False)
async def show_fleet(
    request: AnyRequest,
    pages: NamedDependency[Pages],
    shelf: NamedDependency[Shelf],
    queues: NamedDependency[Queues],
) -> Response[bytes]:
    """Workers, queue, failures and coverage."""
    query = FleetQuery.of(request.query_params)
    queue, trouble = await asking.queue(queues)

    def found(store: Questions) -> tuple[Pace, Failures, Coverage]:
        return shelf.desk.veil.over(
            (store.pace(fleet.HOURS), store.failures(since=query.since), store.coverage(since=query.since))
        )

    answers: tuple[Pace, Failures, Coverage] | None = None
    with suppress(NoStore):
        answers = (await shelf.answer(("fleet", query, spoken()), found, shelf.state())).answer
    return pages.show(request, "fleet.html", page=fleet.page(query, queue, trouble, answers))
