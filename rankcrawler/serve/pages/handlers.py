"""The pages that only show: each asks the store, and the queue where that matters, and renders a template."""

from contextlib import suppress

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from rankcrawler.errors import NoStore
from rankcrawler.insight.pace import Pace
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.rooms import Coverage, Failures
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.pages import asking, begin, compare, contributor, fleet, room, wall
from rankcrawler.serve.pages.compare import CompareQuery
from rankcrawler.serve.pages.contributor import People, PeopleQuery
from rankcrawler.serve.pages.fleet import FleetQuery
from rankcrawler.serve.pages.rendering import AnyRequest, Pages
from rankcrawler.serve.pages.room import RoomQuery
from rankcrawler.serve.pages.wall import WallQuery
from rankcrawler.serve.queues import Queues
from rankcrawler.serve.setup import Setup


@get("/", include_in_schema=False)
async def show_wall(request: AnyRequest, pages: NamedDependency[Pages], desk: NamedDependency[Desk]) -> Response[bytes]:
    """Every room; to someone who has none, how to add some."""
    query = WallQuery.of(request.query_params)
    try:
        rooms, pace, anchors = await desk.ask(
            lambda store: (store.rooms(), store.pace(wall.HOURS), store.anchors(wall.ANCHORS))
        )
    except NoStore:
        return pages.show(request, "begin.html", begin=begin.FIRST)
    if not rooms.rows and not anchors.rows:
        return pages.show(request, "begin.html", begin=begin.FIRST)
    rows = wall.chosen(rooms, pace, query)
    names = [row.room for row in wall.on_page(rows, query)]
    totals = await desk.ask(lambda store: asking.totals(store, names))
    found = wall.wall(rooms, pace, rows, totals, query)
    return pages.show(request, "wall.html", wall=found, anchors=anchors)


@get("/rooms/{room_id:str}", include_in_schema=False)
async def show_room(
    request: AnyRequest, room_id: FromPath[str], pages: NamedDependency[Pages], desk: NamedDependency[Desk]
) -> Response[bytes]:
    """A room's list, and how it went."""
    query = RoomQuery.of(room_id, request.query_params)
    found = await desk.ask(lambda store: asking.room(store, query))
    return pages.show(request, "room.html", room=room.page(query, found))


@get("/contributors", include_in_schema=False)
async def show_people(
    request: AnyRequest, pages: NamedDependency[Pages], desk: NamedDependency[Desk]
) -> Response[bytes]:
    """Contributors by a part of their names, or those who gave most."""
    query = PeopleQuery.of(request.query_params)
    if query.search:
        desk.veil.check_text(query.search)
        found = await desk.ask(lambda store: store.search(query.search))
        people = People(query, found, None)
    else:
        top = await desk.ask(lambda store: store.top(query.since, limit=contributor.GIVERS))
        people = People(query, None, top)
    return pages.show(request, "contributors.html", people=people)


@get("/contributors/{user_id:str}", include_in_schema=False)
async def show_person(
    request: AnyRequest, user_id: FromPath[str], pages: NamedDependency[Pages], desk: NamedDependency[Desk]
) -> Response[bytes]:
    """A contributor."""
    desk.veil.check_id(user_id)
    person, totals, level = await desk.ask(lambda store: asking.person(store, user_id))
    return pages.show(request, "contributor.html", page=contributor.page(person, totals, level))


@get("/compare", include_in_schema=False)
async def show_compare(
    request: AnyRequest, pages: NamedDependency[Pages], desk: NamedDependency[Desk], setup: NamedDependency[Setup]
) -> Response[bytes]:
    """Rooms, or an anchor's sessions, side by side."""
    query = CompareQuery.of(request.query_params)

    found = await desk.ask(lambda store: asking.compared(store, query))
    return pages.show(request, "compare.html", compared=compare.page(query, found, setup.zone))


@get("/fleet", include_in_schema=False)
async def show_fleet(
    request: AnyRequest, pages: NamedDependency[Pages], desk: NamedDependency[Desk], queues: NamedDependency[Queues]
) -> Response[bytes]:
    """Workers, queue, failures and coverage."""
    query = FleetQuery.of(request.query_params)
    queue, trouble = await asking.queue(queues)

    def ask(store: Questions) -> tuple[Pace, Failures, Coverage]:
        return store.pace(fleet.HOURS), store.failures(since=query.since), store.coverage(since=query.since)

    answers: tuple[Pace, Failures, Coverage] | None = None
    with suppress(NoStore):
        answers = await desk.ask(ask)
    return pages.show(request, "fleet.html", page=fleet.page(query, queue, trouble, answers))
