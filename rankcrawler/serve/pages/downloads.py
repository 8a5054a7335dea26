"""Sends a room's list as a file: just the rows that the page of the same parameters shows."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from rankcrawler.serve.desk import Desk
from rankcrawler.serve.pages import asking, export, room
from rankcrawler.serve.pages.rendering import AnyRequest
from rankcrawler.serve.pages.room import RoomPage, RoomQuery
from rankcrawler.serve.setup import Setup

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get("/rooms/{room_id:str}/list.csv", include_in_schema=False)
async def send_csv(
    request: AnyRequest, room_id: FromPath[str], desk: NamedDependency[Desk], setup: NamedDependency[Setup]
) -> Response[bytes]:
    """The list as CSV."""
    page = await _page(request, room_id, desk)
    return _file(export.as_csv(page, setup.zone), "text/csv", f"{room_id}.csv")


@get("/rooms/{room_id:str}/list.xlsx", include_in_schema=False)
async def send_workbook(
    request: AnyRequest, room_id: FromPath[str], desk: NamedDependency[Desk], setup: NamedDependency[Setup]
) -> Response[bytes]:
    """The list as a workbook."""
    page = await _page(request, room_id, desk)
    return _file(export.as_workbook(page, setup.zone), _WORKBOOK, f"{room_id}.xlsx")


async def _page(request: AnyRequest, room_id: str, desk: Desk) -> RoomPage:
    query = RoomQuery.of(room_id, request.query_params)
    return room.page(query, await desk.ask(lambda store: asking.room(store, query)))


def _file(body: bytes, kind: str, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)
