"""The first page."""

from litestar import Response, get
from litestar.di import NamedDependency

from rankcrawler.serve.desk import Desk
from rankcrawler.serve.pages.rendering import AnyRequest, Pages


@get("/", include_in_schema=False)
async def show(request: AnyRequest, pages: NamedDependency[Pages], desk: NamedDependency[Desk]) -> Response[bytes]:
    """What the store holds."""
    rooms = await desk.ask(lambda store: store.rooms())
    return pages.show(request, "index.html", rooms=rooms)
